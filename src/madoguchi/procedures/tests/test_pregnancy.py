"""Rules for the notification of pregnancy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from madoguchi.procedures.rules.checks import Facts, Finding, run
from madoguchi.procedures.rules.checks.pregnancy import due_window

TODAY = dt.date(2026, 11, 20)
SIGNS = {"born": "born", "babies": "babies", "smoking": "smoking", "drinking": "drinking", "worry": "worry"}


def found(rule: str, answers: dict[str, Any], **args: str) -> list[Finding]:
    return list(run(rule, Facts(answers, TODAY), args.items()))


def test_forty_weeks_are_due_today() -> None:
    assert due_window(40, TODAY) == (dt.date(2026, 11, 14), TODAY)


def test_window_is_280_days_from_the_first_day() -> None:
    first_day = TODAY - dt.timedelta(days=9 * 7 + 3)
    first, last = due_window(9, TODAY)
    assert first <= first_day + dt.timedelta(days=280) <= last


@pytest.mark.parametrize(
    ("due", "severity"),
    [("2027-06-25", ""), ("2027-06-19", ""), ("2027-07-02", ""), ("2027-07-03", "staff"), ("2027-07-16", "staff"),
     ("2027-07-17", "error"), ("2027-06-11", "staff"), ("2027-05-20", "error")],
)
def test_weeks_and_due_date_meet(due: str, severity: str) -> None:
    given = found("due_matches_weeks", {"weeks": 9, "due": due}, weeks="weeks", due="due")
    assert [f.severity for f in given] == ([severity] if severity else [])


def test_nothing_is_said_without_both() -> None:
    assert not found("due_matches_weeks", {"weeks": 9}, weeks="weeks", due="due")


@pytest.mark.parametrize(("weeks", "late"), [(11, False), (12, True)])
def test_late_notification_is_only_noted(weeks: int, late: bool) -> None:
    given = found("notified_by_eleven_weeks", {"weeks": weeks}, weeks="weeks")
    assert [f.severity for f in given] == (["staff"] if late else [])


@pytest.mark.parametrize(("born", "refused"), [("2020-04-12", True), ("2012-01-01", False), ("1950-01-01", True)])
def test_hardly_possible_age_is_a_slip(born: str, refused: bool) -> None:
    assert bool(found("age_can_be_pregnant", {"born": born}, born="born")) is refused


def test_signals_never_stop_anybody() -> None:
    answers = {"born": "2008-01-01", "babies": "two", "smoking": "both", "drinking": True, "worry": ["mind"]}
    given = found("support_signals", answers, **SIGNS)
    assert [f.question for f in given] == ["born", "babies", "smoking", "drinking", "worry"]
    assert {f.severity for f in given} == {"staff"}


def test_no_signal_where_nothing_is_said() -> None:
    quiet = {"born": "1996-04-12", "babies": "one", "smoking": "family", "drinking": False}
    assert not found("support_signals", quiet, **SIGNS)
