"""Rules of 国民健康保険: from which day somebody is no longer insured, and who is named twice."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts
from madoguchi.procedures.rules.checks.kokuho import loss_day

TODAY = dt.date(2026, 12, 1)


def found(rule: str, answers: dict[str, object], **args: str) -> list[tuple[str, str, int | None]]:
    return [(f.severity, f.question, f.index) for f in RULES[rule].run(Facts(answers, TODAY), **args)]


@pytest.mark.parametrize(
    ("reason", "lost"),
    [("work", "2026-04-01"), ("dependent", "2026-04-01"), ("death", "2026-04-01"), ("welfare", "2026-03-31"), ("union", "2026-03-31")],
)
def test_insurance_ends_the_day_after_but_for_assistance_and_associations(reason, lost):
    """国民健康保険法8条1項・2項."""
    assert loss_day(reason, dt.date(2026, 3, 31)) == dt.date.fromisoformat(lost)


def test_the_day_is_told_and_stops_nobody():
    args = {"reason": "reason", "event": "event_date"}
    (finding,) = RULES["kokuho_loss_day"].run(Facts({"reason": "work", "event_date": "2026-11-16"}, TODAY), **args)
    assert (finding.severity, finding.question) == ("notice", "event_date")
    assert "令和8年11月17日" in str(finding.ja)
    assert found("kokuho_loss_day", {"reason": "work"}, **args) == []
    assert found("kokuho_loss_day", {"event_date": "2026-11-16"}, **args) == []


def test_nobody_is_named_twice():
    person = {"name": {"sei": "七尾", "mei": "花子"}, "born": "1996-04-12"}
    twin = {**person, "name": {"sei": "七尾", "mei": "桜子"}}
    args = {"group": "members", "name": "name", "born": "born"}
    assert found("nobody_insured_twice", {"members": [person, twin]}, **args) == []
    assert found("nobody_insured_twice", {"members": [person, twin, dict(person)]}, **args) == [("error", "name", 2)]
