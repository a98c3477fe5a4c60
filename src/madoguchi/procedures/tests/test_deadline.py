"""期限: reference/forms/disaster-certificates-letters.md §D4, D5 and child.md §0-2 (the 15 days are counted from the next day)."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.deadline import judge, last_day
from madoguchi.procedures.rules.model import Deadline

from . import pack


def working(day: dt.date) -> dt.date:
    """Weekends and 12/29 to 1/3 closed, as in the reference's worked examples."""
    while day.weekday() >= 5 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        day += dt.timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("start", "deadline", "last"),
    [
        ("2026-01-01", Deadline(from_item="x", days=15), "2026-01-16"),
        ("2026-12-18", Deadline(from_item="x", days=14), "2027-01-04"),
        ("2026-12-18", Deadline(from_item="x", days=14, closed_day="そのまま"), "2027-01-01"),
        ("2024-01-01", Deadline(from_item="x", months=13, counting="当日から"), "2025-01-31"),
        ("2024-01-01", Deadline(from_item="x", months=25, counting="当日から"), "2026-02-02"),
        ("2024-01-01", Deadline(from_item="x", months=37, counting="当日から"), "2027-02-01"),
        ("2024-01-01", Deadline(from_item="x", months=13), "2025-02-03"),
        ("2026-09-29", Deadline(from_item="x", months=3), "2027-01-04"),
        ("2025-11-30", Deadline(from_item="x", months=3), "2026-03-02"),
        ("2026-04-01", Deadline(from_item="x", months=3), "2026-07-01"),
        ("2026-11-30", Deadline(from_item="x"), "2026-11-30"),
    ],
)
def test_worked_examples(start: str, deadline: Deadline, last: str) -> None:
    day = dt.date.fromisoformat(start)
    assert last_day(deadline, day, Facts({}, day, working)) == dt.date.fromisoformat(last)


def test_a_late_filing_is_told_what_its_own_definition_says() -> None:
    """Nothing is paid out for a dog."""
    late = Facts({"kept_on": "2026-01-05"}, dt.date(2026, 11, 20))
    (found,) = judge(pack.definition("inu-touroku"), late)
    assert found.severity == "notice"
    assert found.ja.startswith("期限(令和8年2月4日)を過ぎていますが、受け付けます。登録は、飼い始めた日から30日以内です。")
    assert "支給" not in found.ja
