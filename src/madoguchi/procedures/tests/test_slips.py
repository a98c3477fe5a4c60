"""What a form says that it does not take, it does not take."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import Facts, run
from madoguchi.procedures.rules.validate import cross_check

from . import pack

TODAY = dt.date(2026, 11, 20)
ACCOUNT = {"bank": "0146", "number": "1234567", "holder": "ミホン ハナコ"}
KANA = {"sei": "ミホン", "mei": "ハナコ"}


def refused(name: str, answers: dict) -> list[str]:
    """What the cross-checks of a definition refuse."""
    return [found.question for found in cross_check(pack.definition(name), Facts(answers, TODAY)) if not hasattr(found, "staff")]


@pytest.mark.parametrize("name", ["jidou-teate-nintei", "jidou-teate-mishiharai"])
@pytest.mark.parametrize(("kind", "wrong"), [("普通", []), ("当座", ["account"]), ("貯蓄", ["account"])])
def test_only_ordinary_accounts_where_the_form_says_so(name: str, kind: str, wrong: list[str]) -> None:
    assert refused(name, {"account": ACCOUNT | {"kind": kind}, "kana": KANA}) == wrong


@pytest.mark.parametrize(("until", "wrong"), [("2020-01", ["apart_until"]), ("2026-04", []), ("2027-03", [])])
@pytest.mark.parametrize("name", ["jidou-teate-nintei", "jidou-teate-gaku-kaitei", "jidou-teate-henkou"])
def test_nobody_comes_back_before_the_parting(name: str, until: str, wrong: list[str]) -> None:
    assert refused(name, {"children": [{"apart_since": "2026-04-01", "apart_until": until}]}) == wrong


@pytest.mark.parametrize(("number", "wrong"), [
    ("392140000000000", False), ("３９２１４００００００００００", False), ("392 140-000000000", False), ("123", True), ("39214000000000X", True)])
def test_a_microchip_has_fifteen_digits(number: str, wrong: bool) -> None:
    assert refused("inu-touroku", {"chip_number": number}) == (["chip_number"] if wrong else [])


@pytest.mark.parametrize("name", ["kaigo-nintei-shinki", "kaigo-nintei-koushin", "kaigo-nintei-henkou", "kaigo-ten-nyuu-keizoku"])
def test_nobody_left_a_hospital_tomorrow(name: str) -> None:
    assert refused(name, {"past_stay_from": "2026-11-01", "past_stay_until": "2026-11-21"}) == ["past_stay_until"]


def test_any_day_stands_alone() -> None:
    assert refused("kaigo-nintei-shinki", {"survey_days": ["any", "thu"]}) == ["survey_days"]
    assert list(run("nothing_and_something", Facts({"survey_days": ["thu", "fri"]}, TODAY), (("item", "survey_days"), ("none", "any")))) == []
