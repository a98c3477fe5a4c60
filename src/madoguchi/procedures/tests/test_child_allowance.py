"""児童手当: months of payment, ages by school year, and what stops or only warns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from madoguchi.procedures.rules.checks import Facts, run
from madoguchi.procedures.rules.checks.child_allowance import benefit_starts, month_after, under_three_until

TODAY = dt.date(2026, 11, 20)


def no_weekends(day: dt.date) -> dt.date:
    """Saturdays and Sundays move to Monday."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def facts(today: dt.date | str = TODAY, **answers: Any) -> Facts:
    day = dt.date.fromisoformat(today) if isinstance(today, str) else today
    return Facts(answers, day, no_weekends)


def found(name: str, given: Facts, /, **args: str) -> list[tuple[str, str, int | None]]:
    return [(f.question, f.severity, f.index) for f in run(name, given, args.items())]


@pytest.mark.parametrize(
    ("event", "filed", "start"),
    [
        ("2026-11-10", "2026-11-20", "2026-12"),  # in time
        ("2026-11-01", "2026-11-30", "2026-12"),  # 29 days later, but in the same month
        ("2026-10-31", "2026-11-16", "2026-11"),  # the 15th day is Sunday 15 November: Monday still counts
        ("2026-10-31", "2026-11-17", "2026-12"),  # one day too late
        ("2026-12-31", "2027-01-15", "2027-01"),  # the 15th day itself, over the new year
        ("2026-12-31", "2027-01-16", "2027-02"),
    ],
)
def test_benefit_starts_by_the_fifteen_day_rule(event, filed, start):
    months = benefit_starts(dt.date.fromisoformat(event), facts(filed))
    assert months.strftime("%Y-%m") == start


@pytest.mark.parametrize(
    ("event", "began", "ceased", "filed", "start"),
    [
        ("2026-08-31", "2026-08-31", "2026-11-14", "2026-11-20", "2026-09"),  # born, in hospital from then on
        ("2026-08-31", "2026-09-02", "2026-11-14", "2026-11-20", "2026-10"),  # the claim became impossible in September
        ("2026-08-31", "2026-07-15", "2026-11-14", "2026-11-20", "2026-09"),  # a cause older than the event
        ("2026-08-31", None, "2026-11-14", "2026-11-20", "2026-09"),
        ("2026-08-31", "2026-08-31", "2026-11-05", "2026-11-20", "2026-09"),  # the 15th day after the cause
        ("2026-08-31", "2026-08-31", "2026-11-03", "2026-11-20", "2026-12"),  # later: from the month after the claim
    ],
)
def test_after_an_unavoidable_cause_it_starts_when_the_claim_became_impossible(event, began, ceased, filed, start):
    """児童手当法8条3項: within 15 days of the end of the cause, but from the month after it began to hinder."""
    days = [dt.date.fromisoformat(x) if x else None for x in (event, began, ceased)]
    assert benefit_starts(days[0], facts(filed), days[1], days[2]).strftime("%Y-%m") == start


def test_a_year_ends_in_december():
    assert month_after(dt.date(2026, 12, 31)) == dt.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("born", "last"),
    [
        ("2023-11-10", "2026-11-30"),  # the month of the third birthday is still paid at the higher amount
        ("2023-11-01", "2026-11-30"),  # born on the first of the month: three years must have passed
        ("2024-02-29", "2027-02-28"),
        ("2024-01-01", "2027-01-31"),
    ],
)
def test_under_three_until(born, last):
    assert under_three_until(dt.date.fromisoformat(born)).isoformat() == last


@pytest.mark.parametrize(
    ("born", "refused"),
    [("2008-04-01", True), ("2008-04-02", False), ("2026-11-20", False), ("2026-11-21", True)],
)
def test_a_child_is_up_to_the_school_year_of_18(born, refused):
    given = facts(children=[{"b": "2015-01-01"}, {"b": born}])
    assert found("child_within_age", given, group="children", born="b") == ([("b", "error", 1)] if refused else [])


def test_the_last_day_of_the_school_year_still_counts():
    child = [{"b": "2008-04-02"}]
    assert not found("child_within_age", facts("2027-03-31", children=child), group="children", born="b")
    assert found("child_within_age", facts("2027-04-01", children=child), group="children", born="b")


def test_who_was_a_child_at_the_event_is_for_the_clerk():
    """児童手当法8条3項: after a disaster the months up to 31 March may still be due."""
    given = facts("2027-04-10", children=[{"b": "2008-04-02"}], d="2027-02-20")
    args = {"group": "children", "born": "b", "event": "d"}
    assert found("child_within_age", given, **args) == [("b", "notice", 0)]
    given = facts("2027-04-10", children=[{"b": "2008-04-02"}], d="2027-04-05")
    assert found("child_within_age", given, **args) == [("b", "error", 0)]


def test_the_missed_report_of_an_earlier_year_is_for_the_clerk():
    """児童手当法11条・23条1項: a payment held back for want of the report may be asked for during two years."""
    args = {"group": "children", "born": "b", "reason": "r"}
    given = facts("2027-04-10", children=[{"b": "2008-04-02"}], r="missed")
    assert found("child_within_age", given, **args) == [("b", "notice", 0)]
    given = facts("2027-04-10", children=[{"b": "2008-04-02"}], r="older")
    assert found("child_within_age", given, **args) == [("b", "error", 0)]


def test_the_statement_may_be_made_before_april():
    older = [{"b": "2008-08-20"}]  # leaves the school year of 18 on 31 March 2027
    args = {"group": "older", "born": "b"}
    assert found("older_sibling_within_window", facts("2027-03-15", older=older), **args) == []
    assert found("older_sibling_within_window", facts("2026-12-20", older=older), **args) == [("b", "error", 0)]
    args = {"event": "d", "reason": "r"}
    assert found("event_has_come", facts("2027-03-15", d="2027-04-01", r="older"), **args) == []
    assert found("event_has_come", facts("2026-12-01", d="2027-04-01", r="older"), **args) == [("d", "error", None)]
    assert found("event_has_come", facts("2027-03-15", d="2027-04-01", r="birth"), **args) == [("d", "error", None)]
    assert found("event_has_come", facts("2027-03-15", d="2027-03-15", r="birth"), **args) == []


@pytest.mark.parametrize(
    ("born", "refused"),
    [("2008-04-02", True), ("2008-04-01", False), ("2004-04-02", False), ("2004-04-01", True)],
)
def test_an_older_sibling_is_between_the_school_years_of_18_and_22(born, refused):
    given = facts(older=[{"b": born}])
    assert bool(found("older_sibling_within_window", given, group="older", born="b")) is refused


@pytest.mark.parametrize(
    ("children", "older", "more", "expected"),
    [(1, 1, None, False), (2, 1, None, True), (1, 2, None, True), (4, 0, None, False), (0, 1, 2, True),
     (1, 1, 0, False)],
)
def test_the_statement_is_for_three_or_more(children, older, more, expected):
    given = facts(children=[{}] * children, older=older, more=more)
    args = {"group": "children", "count": "older", "more": "more"}
    assert run("siblings_reach_three", given, args.items()) is expected


def test_nothing_is_derived_from_nothing():
    assert run("fifteen_days_passed", facts(), {"event": "d"}.items()) is None
    assert run("any_under_three", facts(), {"group": "children", "born": "b"}.items()) is False
    assert run("siblings_reach_three", facts(), {"group": "children", "count": "older"}.items()) is False


def test_lateness_opens_the_question_about_the_cause():
    assert run("fifteen_days_passed", facts(d="2026-10-31"), {"event": "d"}.items()) is True
    assert run("fifteen_days_passed", facts(d="2026-11-01"), {"event": "d"}.items()) is False


def test_only_a_child_under_three_makes_the_pension_matter():
    args = {"group": "children", "born": "b"}
    assert run("any_under_three", facts(children=[{"b": "2015-01-01"}, {"b": "2023-11-30"}]), args.items()) is True
    assert run("any_under_three", facts(children=[{"b": "2023-11-01"}]), args.items()) is True
    assert run("any_under_three", facts(children=[{"b": "2023-10-31"}]), args.items()) is False


def test_the_start_is_told_but_never_stops_a_claim():
    for event in ("2026-11-10", "2026-09-01"):
        assert found("benefit_start_month", facts(d=event), event="d") == [("d", "notice", None)]
    assert found("benefit_start_month", facts(d="2026-11-21"), event="d") == []
    text = next(iter(run("benefit_start_month", facts("2026-12-20", d="2026-12-10"), {"event": "d"}.items()))).ja
    assert "令和9年1月分" in text


def test_a_decrease_starts_in_the_month_after_the_event():
    given = facts(way="decrease", d="2026-10-05")
    text = next(iter(run("revised_amount_month", given, {"direction": "way", "event": "d"}.items()))).ja
    assert "令和8年11月分" in text


@pytest.mark.parametrize(
    ("name", "args", "answers"),
    [
        ("not_receiving_already", {"receiving": "x"}, {"x": True}),
        ("receiving_already", {"receiving": "x"}, {"x": False}),
        ("recipients_only", {"receiving": "x"}, {"x": False}),
        ("public_servant_claims_at_work", {"public_servant": "x"}, {"x": True}),
        ("public_servant_ends_here", {"public_servant": "x"}, {"x": True}),
        ("deceased_public_servant", {"public_servant": "x"}, {"x": True}),
        ("some_children_remain", {"remaining": "x"}, {"x": False}),
        ("all_children_gone", {"remaining": "x"}, {"x": True}),
        ("yearly_report_needed", {"reason": "x"}, {"x": "none"}),
        ("recipient_stays_in_city", {"target": "who", "in_city": "x"}, {"who": "claimant", "x": False}),
    ],
)
def test_the_wrong_procedure_is_refused_with_a_way_on(name, args, answers):
    assert found(name, facts(**answers), **args) == [("x", "error", None)]
    assert found(name, facts(), **args) == []
    flipped = {k: (not v) if isinstance(v, bool) else v for k, v in answers.items() if v != "none"}
    assert found(name, facts(**flipped), **args) == []


def test_nobody_shares_a_number():
    args = {"numbers": "mine、spouse、child"}
    given = facts(mine="1", spouse="2", children=[{"child": "3"}, {"child": "2"}])
    assert found("my_numbers_differ", given, **args) == [("child", "error", 1)]
    assert found("my_numbers_differ", facts(mine="1", spouse="1"), **args) == [("spouse", "error", None)]
    assert found("my_numbers_differ", facts(mine="1", children=[{}, {}]), **args) == []


def test_twins_are_two_and_a_repeated_child_is_a_slip():
    ichiro = {"n": {"sei": "七尾", "mei": "一郎"}, "b": "2026-11-10"}
    jiro = {"n": {"sei": "七尾", "mei": "二郎"}, "b": "2026-11-10"}
    args = {"group": "children", "name": "n", "born": "b"}
    assert found("nobody_twice", facts(children=[ichiro, jiro]), **args) == []
    assert found("nobody_twice", facts(children=[ichiro, jiro, ichiro]), **args) == [("n", "error", 2)]


def test_named_siblings_must_be_as_many_as_said():
    args = {"group": "older", "count": "c"}
    assert found("entries_match_count", facts(older=[{}], c=2), **args) == [("c", "error", None)]
    assert found("entries_match_count", facts(older=[{}, {}], c=2), **args) == []
    assert found("entries_match_count", facts(c=1), **args) == []  # fewer than three in all: nobody is named


def test_doubts_about_entitlement_are_for_the_clerk():
    rows = [
        ("higher_earner_claims", {"higher": "h"}, {"h": "spouse"}),
        ("address_kept_secret", {"special": "s", "reason": "r"}, {"s": ["dv"]}),
        ("address_kept_secret", {"special": "s", "reason": "r"}, {"r": "dv"}),
        ("child_in_custody", {"group": "g", "custody": "c"}, {"g": [{"c": False}]}),
        ("livelihood_fits_relation", {"group": "g", "relation": "r", "livelihood": "l"},
         {"g": [{"r": "grandchild", "l": "same"}]}),
        ("older_sibling_counts", {"group": "g", "custody": "c", "expense": "e"}, {"g": [{"c": True, "e": False}]}),
        ("yearly_report_follows", {"group": "g", "job": "j"}, {"g": [{"j": "none"}]}),
        ("study_abroad_conditions", {"group": "g", "residence": "r", "with_parents": "w"}, {"g": [{"r": False}]}),
        ("study_abroad_within_three_years", {"group": "g", "departed": "d"}, {"g": [{"d": "2023-11-20"}]}),
        ("recipient_may_change", {"higher": "h", "with_children": "w"}, {"w": False}),
        ("public_servant_is_no_recipient", {"occupation": "o"}, {"o": "public"}),
        ("three_needed_to_count", {"reason": "r", "count": "c", "more": "m"}, {"r": "older", "c": 1, "m": 1}),
        ("child_at_death", {"claimant_born": "b", "died": "d"}, {"b": "2008-04-01", "d": "2026-04-01"}),
        ("claim_within_two_years", {"died": "d"}, {"d": "2024-11-20"}),
        ("school_fees_until_fifteen", {"group": "g", "born": "b"}, {"g": [{"b": "2008-04-01"}]}),
        ("entitlement_ends", {"event": "d"}, {"d": "2026-11-01"}),
    ]
    for name, args, answers in rows:
        assert [severity for _, severity, _ in found(name, facts(**answers), **args)] == ["notice"], name
        assert found(name, facts(), **args) == [], name


def test_school_fees_are_those_of_children_up_to_the_school_year_of_eighteen():
    args = {"group": "g", "born": "b"}
    assert found("school_fees_until_fifteen", facts(g=[{"b": "2008-04-01"}]), **args) == [("b", "notice", 0)]
    assert found("school_fees_until_fifteen", facts(g=[{"b": "2008-04-02"}]), **args) == []


def test_a_child_under_fifteen_cannot_sign():
    args = {"filer": "f", "born": "b"}
    assert found("self_filer_is_fifteen", facts(f="self", b="2011-11-21"), **args) == [("f", "error", None)]
    assert found("self_filer_is_fifteen", facts(f="self", b="2011-11-20"), **args) == []
    assert found("self_filer_is_fifteen", facts(f="guardian", b="2020-01-01"), **args) == []


def test_the_oldest_child_claims_for_all():
    args = {"group": "g", "claimant_born": "b", "born": "s"}
    younger, older = facts(b="2015-01-01", g=[{"s": "2012-01-01"}]), facts(b="2012-01-01", g=[{"s": "2015-01-01"}])
    assert found("oldest_child_claims", younger, **args) == [("b", "notice", None)]
    assert found("oldest_child_claims", older, **args) == []


def test_payments_are_made_in_even_months():
    assert found("payment_month_is_even", facts(m="2027-03"), month="m") == [("m", "error", None)]
    assert found("payment_month_is_even", facts(m="2027-02"), month="m") == []


def test_months_run_forward():
    args = {"start": "a", "end": "b"}
    assert found("months_in_order", facts(a="2027-04", b="2027-02"), **args) == [("b", "error", None)]
    assert found("months_in_order", facts(a="2027-04", b="2027-04"), **args) == []


def test_an_offer_after_the_deadline_is_for_the_next_payment():
    args = {"month": "m", "day": "15"}
    assert found("before_payment_deadline", facts("2026-11-16", m="2026-12"), **args) == []  # 15 November is a Sunday
    assert found("before_payment_deadline", facts("2026-11-17", m="2026-12"), **args) == [("m", "notice", None)]
    assert found("before_payment_deadline", facts("2026-12-15", m="2027-01"), **args) == []


def test_the_yearly_report_is_for_june():
    for day, warned in (("2026-05-31", True), ("2026-06-01", False), ("2026-06-30", False), ("2026-07-01", True)):
        assert bool(found("yearly_report_in_june", facts(day, r="older"), reason="r")) is warned


def test_a_new_name_is_another_name():
    args = {"before": "a", "after": "b"}
    assert found("names_differ", facts(a={"sei": "七尾"}, b={"sei": "七尾"}), **args) == [("b", "error", None)]
    assert found("names_differ", facts(a={"sei": "七尾"}, b={"sei": "能登"}), **args) == []
