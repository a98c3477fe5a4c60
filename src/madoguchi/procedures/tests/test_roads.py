"""Rules of roads: a permit is for five years, for what may be a utility's ten."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(("what", "start", "end", "wrong"), [
    ("scaffold", "2026-12-07", "2031-12-06", False), ("scaffold", "2026-12-07", "2031-12-07", True), ("sign", "2026-04-01", "2031-04-01", True),
    ("stall", "2028-02-29", "2033-02-28", False), ("stall", "2028-02-29", "2033-03-01", True),  # a leap day's anniversary
    ("pipe", "2026-12-07", "2036-12-06", False), ("pole", "2026-12-07", "2036-12-07", True), ("other", "2026-12-07", "2036-12-07", True),
    ("scaffold", "2026-12-07", "2026-12-01", False),  # the order is another rule's
    ("scaffold", None, "2036-12-07", False), ("scaffold", "2026-12-07", None, False), (None, "2026-12-07", "2046-12-07", False)])
def test_a_road_is_occupied_for_five_or_ten_years(what: str | None, start: str | None, end: str | None, wrong: bool):
    answers = {"object": what, "start": start, "end": end}
    found = list(RULES["occupation_ends_within_years"].run(Facts(answers, TODAY), object="object", start="start", end="end"))
    assert bool(found) is wrong and all(f.question == "end" and f.severity == "error" for f in found)


def test_the_sentence_names_the_last_day_and_the_years():
    answers = {"object": "sign", "start": "2026-12-07", "end": "2032-01-31"}
    found, = RULES["occupation_ends_within_years"].run(Facts(answers, TODAY), object="object", start="start", end="end")
    assert "令和13年12月6日" in found.ja and "5年まで" in found.ja and "更新" in found.ja
