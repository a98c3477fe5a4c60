"""Rules of bidding: the check digit of a corporate number, and how long an examination is good for."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(("number", "wrong"), [
    ("8000000000001", False), ("８０００００００００００１", False), ("7000012050002", False), ("", False), (None, False),
    ("7000000000001", True), ("8000000000010", True), ("800000000000", True), ("80000000000011", True), ("8000-00000001", True)])
def test_a_corporate_number_has_its_check_digit(number: str | None, wrong: bool):
    found = list(RULES["corporate_number_is_right"].run(Facts({"number": number}, TODAY), number="number"))
    assert bool(found) is wrong and all(f.question == "number" and f.severity == "error" for f in found)


@pytest.mark.parametrize(("day", "wrong"), [
    ("2025-04-20", False), ("2025-04-19", True), ("2026-11-20", False), ("2026-11-21", True), (None, False)])
def test_an_examination_is_good_for_a_year_and_seven_months(day: str | None, wrong: bool):
    found = list(RULES["examination_is_in_force"].run(Facts({"day": day}, TODAY), day="day"))
    assert bool(found) is wrong and all(f.question == "day" and f.severity == "error" for f in found)
