"""Rules for 教育・保育給付認定, nursery places and the yearly report on 児童扶養手当."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from madoguchi.procedures.rules.checks import Facts, Finding, run
from madoguchi.procedures.rules.checks.childcare import certified_until, class_of, full_age, kind_of, third_birthday_eve

TODAY = dt.date(2026, 11, 20)


def found(rule: str, answers: dict[str, Any], today: dt.date = TODAY, **args: str) -> list[Finding]:
    return list(run(rule, Facts(answers, today), args.items()))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("on", "age"), [("2028-06-08", 2), ("2028-06-09", 3), ("2028-06-10", 3)])
def test_three_years_are_full_on_the_eve_of_the_birthday(on: str, age: int) -> None:
    assert full_age(day("2025-06-10"), day(on)) == age


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [("2023-04-01", "2026-11-20", 3), ("2023-04-02", "2026-11-20", 2), ("2023-04-02", "2027-03-31", 2),
     ("2022-04-01", "2026-04-01", 4), ("2022-04-02", "2026-04-01", 3), ("2026-05-01", "2026-11-20", 0)],
)
def test_class_is_the_age_on_the_first_of_april(born: str, on: str, years: int) -> None:
    assert class_of(day(born), day(on)) == years


@pytest.mark.parametrize(
    ("want", "on", "kind"),
    [("care", "2028-06-08", "k3"), ("care", "2028-06-09", "k2"), ("education", "2028-06-09", "k1"),
     ("education", "2028-06-08", "none")],
)
def test_kind_follows_age_and_need(want: str, on: str, kind: str) -> None:
    assert kind_of(day("2025-06-10"), day(on), want) == kind


def test_certificate_below_three_ends_the_day_before_three_years_are_full() -> None:
    assert third_birthday_eve(day("2025-06-10")) == day("2028-06-08")
    assert third_birthday_eve(day("2024-02-29")) == day("2027-02-27")


def test_certificate_lasts_until_school() -> None:
    assert certified_until(day("2023-05-05"), day("2027-04-01"), "care", "work", 90) == day("2030-03-31")
    assert certified_until(day("2023-04-01"), day("2027-04-01"), "education", "", 90) == day("2029-03-31")


def test_looking_for_work_gives_ninety_days() -> None:
    assert certified_until(day("2023-05-05"), day("2027-04-01"), "care", "seek", 90) == day("2027-06-30")


def test_a_birth_ends_the_certificate_with_the_month_of_the_day_after_eight_weeks() -> None:
    """子ども・子育て支援法施行規則8条3号: counted from the day of the birth (起算)."""
    args = (day("2023-05-05"), day("2027-04-01"), "care", "birth", 90)
    assert certified_until(*args, day("2027-04-05")) == day("2027-05-31")
    assert certified_until(*args, day("2027-04-06")) == day("2027-06-30")
    assert certified_until(*args, None) == day("2030-03-31")


def test_the_other_parent_ends_the_certificate_too() -> None:
    """子ども・子育て支援法施行規則8条: what the city or the graduation ends is not guessed."""
    args = {"born": "born", "start": "start", "want": "want", "reason": "reason", "partner_reason": "p", "partner_due": "d"}
    answers = {"born": "2023-05-05", "start": "2027-04-01", "want": "care", "reason": "work", "p": "birth", "d": "2027-04-05"}
    (note,) = found("certification_period", answers, **args)
    assert "令和9年5月31日" in note.ja
    assert not found("certification_period", answers | {"p": "study"}, **args)
    assert not found("certification_period", answers | {"d": "2026-12-01"}, **args), "a last day before the first is no estimate"


def test_school_child_is_refused() -> None:
    args = {"born": "born", "start": "start"}
    assert not found("child_is_preschool", {"born": "2021-04-01", "start": "2027-03-31"}, **args)
    assert found("child_is_preschool", {"born": "2021-04-01", "start": "2027-04-01"}, **args)[0].question == "start"
    assert not found("child_is_preschool", {"born": "2021-04-02", "start": "2027-04-01"}, **args)


def test_unborn_child_is_sent_to_the_section() -> None:
    assert found("child_is_preschool", {"born": "2026-11-21"}, born="born", start="start")[0].question == "born"
    assert found("child_already_born", {"born": "2026-11-21"}, born="born")
    assert not found("child_already_born", {"born": "2026-11-20"}, born="born")


def test_education_below_three_is_refused() -> None:
    answers = {"born": "2025-06-10", "start": "2027-04-01", "want": "education"}
    args = {"born": "born", "start": "start", "want": "want"}
    assert found("education_from_three", answers, **args)
    assert not found("education_from_three", answers | {"want": "care"}, **args)


def test_few_hours_of_work_are_only_noted() -> None:
    args = {"reason": "reason", "hours": "hours"}
    assert found("work_hours_reach_least", {"reason": "work", "hours": 47}, **args)[0].severity == "staff"
    assert not found("work_hours_reach_least", {"reason": "work", "hours": 48}, **args)
    assert found("work_hours_reach_least", {"reason": "work", "hours": 63}, least="64", **args)


@pytest.mark.parametrize(
    ("answers", "notes"),
    [({"amount": "standard", "a": "work", "ah": 120, "b": "work", "bh": 160}, 0),
     ({"amount": "standard", "a": "work", "ah": 119, "b": "work", "bh": 160}, 1),
     ({"amount": "standard", "a": "work", "ah": 160, "b": "seek"}, 1),
     ({"amount": "short", "a": "work", "ah": 60}, 0), ({"amount": "standard", "a": "illness"}, 0),
     ({"amount": "standard", "a": "birth", "b": "seek"}, 0), ({"amount": "standard", "a": "illness", "b": "seek"}, 1)],
)
def test_long_care_needs_long_work_of_both(answers: dict[str, Any], notes: int) -> None:
    args = {"wish": "amount", "reason": "a", "hours": "ah", "partner_reason": "b", "partner_hours": "bh"}
    assert len(found("care_amount_fits_need", answers, **args)) == notes


def test_clerk_sees_kind_and_last_day() -> None:
    answers = {"born": "2025-06-10", "start": "2027-04-01", "want": "care", "reason": "work"}
    (note,) = found("certification_period", answers, born="born", start="start", want="want", reason="reason")
    assert "3号" in note.ja and "令和10年6月8日" in note.ja and note.severity == "staff"


def test_clerk_sees_the_class() -> None:
    answers = {"born": "2025-06-10", "start": "2027-04-01"}
    assert "1歳児" in found("nursery_class", answers, born="born", start="start")[0].ja
    assert found("class_fits_age", {"c": "c3", "born": "2023-05-05"}, item="c", born="born")
    assert not found("class_fits_age", {"c": "c2", "born": "2023-05-05"}, item="c", born="born")
    assert found("class_fits_age", {"c": "c2", "born": "2023-05-05"}, day("2026-03-31"), item="c", born="born")


@pytest.mark.parametrize(
    ("issued", "severity"),
    [("2026-11-20", ""), ("2026-08-20", ""), ("2026-08-19", "staff"), ("2026-11-21", "error")],
)
def test_proof_of_work_is_three_months_old_at_most(issued: str, severity: str) -> None:
    given = found("work_proof_is_fresh", {"d": issued}, day="d")
    assert [f.severity for f in given] == ([severity] if severity else [])


def test_three_months_from_the_end_of_november() -> None:
    assert not found("work_proof_is_fresh", {"d": "2026-11-30"}, day("2027-02-28"), day="d")
    assert found("work_proof_is_fresh", {"d": "2026-11-30"}, day("2027-03-01"), day="d")


def test_same_facility_twice_is_refused() -> None:
    wishes = [{"n": "袖ヶ江保育園"}, {"n": "和倉こども園"}, {"n": "袖ヶ江 保育園"}]
    (finding,) = found("wishes_differ", {"wishes": wishes}, group="wishes", name="n")
    assert finding.index == 2


def test_hours_run_forward() -> None:
    assert found("hours_in_order", {"a": "h0900", "b": "h0900"}, opens="a", closes="b")
    assert not found("hours_in_order", {"a": "h0900", "b": "h1630"}, opens="a", closes="b")


@pytest.mark.parametrize(
    ("born", "disabled", "refused"),
    [("2008-04-02", False, False), ("2008-04-01", False, True), ("2007-04-01", True, False),
     ("2006-11-20", True, True), ("2026-11-21", False, True)],
)
def test_child_of_the_allowance(born: str, disabled: bool, refused: bool) -> None:
    children = {"children": [{"born": born, "disabled": disabled}]}
    args = {"group": "children", "born": "born", "disabled": "disabled"}
    assert bool(found("allowance_child_age", children, **args)) is refused


@pytest.mark.parametrize(("paid", "counted"), [(240000, "192,000円"), (240001, "192,001円"), (1, "1円")])
def test_eight_tenths_of_child_support_count(paid: int, counted: str) -> None:
    assert counted in found("child_support_counts", {"sum": paid}, amount="sum")[0].ja


def test_partner_and_care_are_only_noted() -> None:
    assert found("partner_is_asked_about", {"p": True}, partner="p")[0].severity == "staff"
    assert not found("partner_is_asked_about", {"p": False}, partner="p")
    children = {"c": [{"care": True}, {"care": False}]}
    assert [f.index for f in found("child_in_care", children, group="c", custody="care")] == [1]


def test_report_is_due_in_august() -> None:
    def closed_day_moves(closed: dt.date) -> dt.date:
        return dt.date(2026, 9, 1) if closed == dt.date(2026, 8, 31) else closed

    for on, notes in (("2026-07-31", 1), ("2026-08-01", 0), ("2026-09-01", 0), ("2026-09-02", 1)):
        facts = Facts({}, day(on), closed_day_moves)
        assert len(list(run("report_falls_in_august", facts, [("item", "x")]))) == notes


def test_small_contradictions() -> None:
    assert found("teens_within_dependents", {"t": 2, "d": 1}, teens="t", dependents="d")
    assert not found("teens_within_dependents", {"t": 0, "d": 0}, teens="t", dependents="d")
    assert found("nothing_and_something", {"x": ["none", "job"]}, item="x", none="none")
    assert not found("nothing_and_something", {"x": ["none"]}, item="x", none="none")
    assert found("continues_in_place", {"g": "move"}, item="g")
    assert not found("continues_in_place", {"g": "yes"}, item="g")
