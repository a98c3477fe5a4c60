"""Rules of using the city's facilities."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts


@pytest.mark.parametrize(("starts", "ends", "found"), [
    ("h09", "h10", []), ("h13", "h22", []), ("h13", "h13", ["ends"]), ("h13", "h09", ["ends"]), (None, "h09", []), ("h09", None, [])])
def test_the_use_ends_after_it_begins(starts: str | None, ends: str | None, found: list[str]):
    facts = Facts({"starts": starts, "ends": ends}, dt.date(2026, 11, 20))
    assert [f.question for f in RULES["use_ends_after_it_begins"].run(facts, starts="starts", ends="ends")] == found
