"""Rules of lending after a disaster: the damage it is lent for, the highest loan, the income of the household."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts
from madoguchi.procedures.rules.checks.loans import relief_loan_limit

TODAY = dt.date(2026, 11, 20)
DAMAGE = {"injured": "injured", "home": "home", "goods": "goods"}


def found(rule: str, answers: dict[str, object], **items: str):
    return list(RULES[rule].run(Facts(answers, TODAY), **items))


@pytest.mark.parametrize(("home", "goods", "plain", "hurt", "anew", "both"), [
    ("none", False, 0, 150, 0, 150), ("none", True, 150, 250, 150, 250), ("half", True, 170, 270, 250, 350), ("half", False, 170, 270, 250, 350),
    ("whole", False, 250, 350, 350, 350), ("lost", False, 350, 350, 350, 350)])
def test_the_limits_are_those_of_the_table(home: str, goods: bool, plain: int, hurt: int, anew: int, both: int):
    table = [relief_loan_limit(home, injured=injured, goods=goods, rebuild=rebuild) // 10_000
             for injured, rebuild in ((False, False), (True, False), (False, True), (True, True))]
    assert table == [plain, hurt, anew, both]


@pytest.mark.parametrize(("injured", "home", "goods", "refused"), [
    (False, "none", False, True), (True, "none", False, False), (False, "half", False, False), (False, "none", True, False),
    (None, "none", False, False)])
def test_nothing_is_lent_without_damage(injured: bool | None, home: str, goods: bool, refused: bool):
    said = found("relief_loan_needs_damage", {"injured": injured, "home": home, "goods": goods}, **DAMAGE)
    assert [f.question for f in said] == (["home"] if refused else [])


@pytest.mark.parametrize(("amount", "refused"), [(1_700_000, False), (1_700_001, True), (3_500_000, True), (None, False)])
def test_no_more_is_lent_than_the_limit(amount: int | None, refused: bool):
    answers = {"amount": amount, "home": "half", "injured": False, "goods": True, "rebuild": False}
    said = found("relief_loan_within_limit", answers, amount="amount", rebuild="rebuild", **DAMAGE)
    assert [(f.question, "1,700,000円" in f.ja) for f in said] == ([("amount", True)] if refused else [])
    assert found("relief_loan_within_limit", answers | {"home": None, "goods": None}, amount="amount", rebuild="rebuild", **DAMAGE) == []


@pytest.mark.parametrize(("incomes", "home", "told"), [
    ([2_199_999], "half", False), ([2_200_000], "half", True), ([4_000_000, 299_999], "whole", False), ([4_000_000, 300_000], "whole", True),
    ([7_299_999, 0, 0, 0], "none", False), ([7_599_999, 0, 0, 0, 0], "none", False), ([7_600_000, 0, 0, 0, 0], "none", True),
    ([12_699_999], "lost", False), ([12_700_000], "lost", True), ([None], "half", False)])
def test_the_income_of_the_household_is_for_the_clerk_to_check(incomes: list[int | None], home: str, told: bool):
    answers = {"income": incomes[0], "home": home, "members": [{"member_income": income} for income in incomes[1:]]}
    said = found("relief_loan_income", answers, own="income", group="members", income="member_income", home="home")
    assert [(f.question, f.severity) for f in said] == ([("income", "notice")] if told else [])
