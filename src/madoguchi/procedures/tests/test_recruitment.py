"""Rules of the city's recruitment: the months of a job."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts


@pytest.mark.parametrize(("start", "end", "found"), [
    ("2019-04", "2022-03", []), ("2019-04", "2019-04", []), ("2019-04", None, []), ("2026-11", None, []), (None, None, []),
    ("2019-04", "2019-03", [("end", 1)]), ("2026-12", None, [("start", 1)]), ("2026-12", "2026-11", [("start", 1), ("end", 1)])])
def test_a_job_begins_by_this_month_and_ends_after_it_began(start: str | None, end: str | None, found: list[tuple[str, int]]):
    facts = Facts({"jobs": [{"start": "2010-04", "end": "2012-03"}, {"start": start, "end": end}]}, dt.date(2026, 11, 20))
    got = [(f.question, f.index) for f in RULES["jobs_in_order"].run(facts, group="jobs", start="start", end="end")]
    assert got == found
