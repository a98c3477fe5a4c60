"""Rules of 葬祭費: whose insurance pays it, and what the section looks at."""

from __future__ import annotations

import datetime as dt

from madoguchi.procedures.rules.checks import RULES, Facts
from madoguchi.procedures.rules.conditions import holds

from .pack import definition

TODAY = dt.date(2026, 11, 20)


def found(rule: str, answers: dict[str, object], **args: str) -> list[tuple[str, str]]:
    return [(f.severity, f.question) for f in RULES[rule].run(Facts(answers, TODAY), **args)]


def test_a_companys_insurance_pays_something_else():
    assert found("funeral_is_of_this_insurance", {"insurance": "other"}, insurance="insurance") == [("error", "insurance")]
    for own in ("kokuho", "kouki", None):
        assert found("funeral_is_of_this_insurance", {"insurance": own}, insurance="insurance") == []


def test_the_section_is_told_of_a_former_insurer():
    assert found("burial_paid_by_former_insurer", {"left": True}, left="left") == [("notice", "left")]
    assert found("burial_paid_by_former_insurer", {"left": False}, left="left") == []


def test_the_city_refuses_only_what_it_decides():
    """高確法56条・128条1項: a claim of 後期高齢者医療 is decided by the 広域連合, so it is always sent there."""
    outcomes = {o.id: o.condition for o in definition("sousai-hi").review.outcomes}
    assert [x for x, when in outcomes.items() if holds(when, {"insurance": "kouki"})] == ["forward"]
    assert [x for x, when in outcomes.items() if holds(when, {"insurance": "kokuho"})] == ["pay", "reject"]
