"""The rules of the long-term care insurance: who, when, how much."""

import datetime as dt
from typing import Any

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts, Finding
from madoguchi.procedures.rules.checks.care import legal_age, months_later, period_end
from madoguchi.procedures.rules.checks.care_benefits import income_boundary
from madoguchi.procedures.rules.validate import asked, steps_asked

from .pack import definition

TODAY = dt.date(2026, 11, 20)


def run(rule: str, answers: dict[str, Any], today: dt.date = TODAY, **args: str) -> list[Finding]:
    return list(RULES[rule].run(Facts(answers, today), **args))


def found(rule: str, answers: dict[str, Any], today: dt.date = TODAY, **args: str) -> list[tuple[str, str]]:
    return [(f.question, f.severity) for f in run(rule, answers, today, **args)]


# ---- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("1961-11-20", "first"),  # 65 today
        ("1961-11-21", "first"),  # 65 tomorrow: the age is reached at the end of today
        ("1961-11-22", "second"),
        ("1986-11-21", "second"),  # 40 tomorrow
        ("1986-11-22", "none"),
        ("1964-02-29", "second"),
    ],
)
def test_class_follows_the_day_before_the_birthday(born: str, expected: str) -> None:
    assert RULES["insured_class"].run(Facts({"born": born}, TODAY), born="born") == expected


def test_class_is_unknown_without_a_birthday() -> None:
    assert RULES["insured_class"].run(Facts({}, TODAY), born="born") is None


def test_leap_day_reaches_its_age_on_28_february() -> None:
    assert legal_age(dt.date(1964, 2, 29), dt.date(2029, 2, 28)) == 65
    assert legal_age(dt.date(1964, 2, 29), dt.date(2029, 2, 27)) == 64


def test_nobody_under_40_is_insured() -> None:
    assert found("care_insured_by_age", {"b": "1990-01-01"}, born="b") == [("b", "error")]
    assert found("care_insured_by_age", {"b": "1980-01-01"}, born="b") == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"b": "1970-01-01", "d": "d13", "m": True}, []),
        ({"b": "1970-01-01", "m": True}, [("d", "error")]),
        ({"b": "1970-01-01", "d": "d13", "m": False}, [("m", "error")]),
        ({"b": "1941-01-01", "m": False}, []),
    ],
)
def test_second_class_needs_disease_and_medical_insurance(answers: dict[str, Any], expected: list[Any]) -> None:
    assert found("second_class_conditions", answers, born="b", disease="d", joined="m") == expected


def test_one_name_on_both_sides_is_refused() -> None:
    taro, hanako = {"sei": "七尾", "mei": "太郎"}, {"sei": "七尾", "mei": "花子"}
    assert found("filer_is_not_insured", {"i": taro, "f": taro}, insured="i", filer="f") == [("f", "error")]
    assert found("filer_is_not_insured", {"i": taro, "f": hanako}, insured="i", filer="f") == []
    assert found("filer_is_not_insured", {"i": taro}, insured="i", filer="f") == []
    same = found("filer_is_not_insured", {"i": taro, "f": taro}, insured="i", filer="f", how="notice")
    assert same == [("f", "notice")], "a care manager may bear the same name"


def test_heirs_cannot_ask_before_the_work() -> None:
    args = {"filer": "f", "phase": "p"}
    assert found("heir_files_after_work", {"f": "heir", "p": "before"}, **args) == [("p", "error")]
    assert found("heir_files_after_work", {"f": "heir", "p": "after"}, **args) == []
    assert found("heir_files_after_work", {"f": "family", "p": "before"}, **args) == []


@pytest.mark.parametrize(("owner", "holder", "expected"), [
    ("self", "ナナオ タロウ", []), ("self", "ナナオ ハナコ", [("a", "error")]), ("other", "ナナオ ハナコ", []),
    ("self", "タロウ ナナオ", []), ("self", "NANAO TARO", [("a", "notice")]),  # as banks write foreign names
])
def test_own_account_bears_ones_own_name(owner: str, holder: str, expected: list[Any]) -> None:
    answers = {"a": {"holder": holder}, "k": {"sei": "ナナオ", "mei": "タロウ"}, "o": owner}
    assert found("own_account_is_own", answers, account="a", kana="k", owner="o") == expected


# ---- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "fine"), [
    ("39170002", True), ("170028", True), ("39170002", True), ("1234567", False), ("abcdefgh", False), ("", True),
])
def test_medical_insurer_numbers_have_8_or_6_digits(number: str, fine: bool) -> None:
    assert (found("medical_insurer_number", {"n": number}, item="n") == []) is fine


@pytest.mark.parametrize(("number", "fine"), [
    ("1700000000", True), ("17-0000-0000", True), ("17B0000000", True), ("170000000", False), ("番号なし", False),
])
def test_office_numbers_have_10_digits(number: str, fine: bool) -> None:
    assert (found("care_office_number", {"n": number}, item="n") == []) is fine
    listed = run("care_office_numbers_in", {"tools": [{"n": "1700000000"}, {"n": number}]}, group="tools", item="n")
    assert [f.index for f in listed] == ([] if fine else [1])


# ---- certification ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (dt.date(2026, 4, 15), 6, dt.date(2026, 10, 31)),  # the example of the sheet
        (dt.date(2026, 4, 1), 6, dt.date(2026, 9, 30)),
        (dt.date(2026, 11, 20), 6, dt.date(2027, 5, 31)),
        (dt.date(2027, 1, 1), 12, dt.date(2027, 12, 31)),
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
    ],
)
def test_a_part_of_a_month_is_added_to_the_period(start: dt.date, months: int, end: dt.date) -> None:
    assert period_end(start, months) == end


def test_months_later_stays_in_the_month() -> None:
    assert months_later(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert months_later(dt.date(2024, 2, 29), 24) == dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("until", "cause", "refused"),
    [
        ("2027-01-19", False, False),  # 60 days ahead
        ("2027-01-20", False, True),  # 61
        ("2026-11-20", False, False),  # the last day
        ("2026-11-19", False, True),
        ("2026-11-19", True, False),  # a disaster prevented it
    ],
)
def test_renewal_window(until: str, cause: bool, refused: bool) -> None:
    answers = {"u": until, "c": cause}
    assert bool(found("care_renewal_window", answers, until="u", cause="c")) is refused


def test_renewal_window_says_from_when() -> None:
    finding = run("care_renewal_window", {"u": "2027-01-31", "c": False}, until="u", cause="c")[0]
    assert "令和8年12月2日から" in finding.ja


def test_unavoidable_cause_counts_for_a_month() -> None:
    assert found("care_excuse_within_a_month", {"d": "2026-10-20"}, ceased="d") == []
    assert found("care_excuse_within_a_month", {"d": "2026-10-19"}, ceased="d") == [("d", "notice")]


def test_renewal_on_the_day_after_a_closed_last_day() -> None:
    """地方自治法4条の2第4項: an end on a closed day moves to the next open day."""
    monday = dt.date(2026, 11, 23)

    def next_open(day: dt.date) -> dt.date:
        return monday if day == dt.date(2026, 11, 22) else day

    facts = Facts({"u": "2026-11-22", "c": False}, monday, next_open=next_open)
    assert [f.severity for f in RULES["care_renewal_window"].run(facts, until="u", cause="c")] == ["notice"]
    assert RULES["day_has_passed"].run(facts, day="u") is False
    assert RULES["day_has_passed"].run(Facts({"u": "2026-11-19"}, monday), day="u") is True
    assert RULES["day_has_passed"].run(Facts({}, monday), day="u") is None


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-01-01", "2027-12-31", []),
        ("2026-12-01", "2027-12-31", [("s", "error")]),
        ("2026-01-01", "2026-11-19", [("u", "error")]),
        ("2026-01-01", "2027-01-19", [("u", "notice")]),  # the renewal window has opened
        ("2026-01-01", "2027-01-20", []),
    ],
)
def test_change_only_within_validity(since: str, until: str, expected: list[Any]) -> None:
    assert found("change_within_validity", {"s": since, "u": until}, since="s", until="u") == expected


def test_change_from_support_level_is_pointed_out() -> None:
    assert found("change_from_support_level", {"l": "s2"}, level="l") == [("l", "notice")]
    assert found("change_from_support_level", {"l": "c1"}, level="l") == []


def test_period_notices_name_the_days() -> None:
    assert "令和8年11月20日から令和9年5月31日まで" in run("first_period_notice", {}, item="x")[0].ja
    renewed = run("renewed_period_notice", {"u": "2026-12-31"}, until="u")[0]
    assert "令和9年1月1日から令和9年12月31日まで" in renewed.ja
    assert run("renewed_period_notice", {}, until="u") == []


@pytest.mark.parametrize(
    ("moved", "expected"),
    [("2026-11-06", "notice"), ("2026-11-05", "error"), ("2026-11-20", "notice"), ("2026-11-21", None)],
)
def test_transfer_within_14_days(moved: str, expected: str | None) -> None:
    findings = run("transfer_within_14_days", {"m": moved}, moved="m")
    assert [f.severity for f in findings] == ([expected] if expected else [])


def test_transfer_waits_for_the_next_open_day() -> None:
    monday = dt.date(2026, 11, 23)
    facts = Facts({"m": "2026-11-07"}, monday, next_open=lambda day: monday if day.weekday() > 4 else day)
    assert [f.severity for f in RULES["transfer_within_14_days"].run(facts, moved="m")] == ["notice"]


def test_moving_into_a_facility_is_pointed_out() -> None:
    assert found("transfer_into_facility", {"r": "facility"}, residence="r") == [("r", "notice")]
    assert found("transfer_into_facility", {"r": "home"}, residence="r") == []


@pytest.mark.parametrize(
    ("kind", "level", "refused"),
    [
        ("kyotaku", "c1", False), ("kyotaku", "s2", True), ("kyotaku", "pending", False), ("yobou", "project", False),
        ("yobou", "c3", True), ("shoukibo", "s1", True), ("yobou_shoukibo", "s1", False),
        ("yobou_shoukibo", "project", True),
    ],
)
def test_plan_fits_the_level(kind: str, level: str, refused: bool) -> None:
    assert bool(found("plan_form_fits_level", {"k": kind, "l": level}, kind="k", level="l")) is refused


def test_service_before_the_notification_is_pointed_out() -> None:
    assert found("notified_before_service", {"s": "2026-11-19"}, start="s") == [("s", "notice")]
    assert found("notified_before_service", {"s": "2026-11-20"}, start="s") == []


# ---- benefits -------------------------------------------------------------------------------------------------------


def test_claims_older_than_two_years_are_pointed_out() -> None:
    assert found("care_claim_within_two_years", {"d": "2024-11-19"}, item="d") == [("d", "notice")]
    assert found("care_claim_within_two_years", {"d": "2024-11-20"}, item="d") == []
    old = {"tools": [{"d": "2026-11-01"}, {"d": "2024-11-01"}]}
    assert [f.index for f in run("care_purchases_within_two_years", old, group="tools", item="d")] == [1]


@pytest.mark.parametrize(("month", "expected"), [
    ("2026-11", []), ("2026-12", [("m", "error")]), ("2024-11", []), ("2024-10", [("m", "notice")]), ("いつか", []),
])
def test_month_of_high_cost(month: str, expected: list[Any]) -> None:
    assert found("high_cost_month", {"m": month}, month="m") == expected


def test_purchases_must_have_been_made() -> None:
    tools = {"tools": [{"d": "2026-11-20"}, {"d": "2026-11-21"}]}
    assert [f.index for f in run("care_purchases_made", tools, group="tools", item="d")] == [1]


def test_tools_are_counted_by_fiscal_year() -> None:
    args = {"group": "tools", "price": "p", "bought": "d"}
    two_years = [{"p": 60000, "d": "2026-03-31"}, {"p": 60000, "d": "2026-04-01"}]
    assert run("welfare_tools_yearly_limit", {"tools": two_years}, **args) == []
    one_year = [{"p": 60000, "d": "2026-04-01"}, {"p": 40001, "d": "2027-03-31"}]
    over = run("welfare_tools_yearly_limit", {"tools": one_year}, **args)
    assert [(f.index, f.severity) for f in over] == [(1, "notice")]
    assert "2026年度" in over[0].ja


def test_purchase_in_hospital_is_pointed_out() -> None:
    assert found("bought_while_at_home", {"p": "away"}, place="p") == [("p", "notice")]
    assert found("bought_while_at_home", {"p": "home"}, place="p") == []


@pytest.mark.parametrize(
    ("cost", "used", "again", "left"),
    [(200_000, None, None, None), (200_001, None, None, "20万円"), (150_000, 60_000, "none", "14万円"),
     (150_000, 60_000, "moved", None), (150_000, 200_000, "level", None), (50_000, 200_000, "none", "0円"),
     (100_000, 123_400, "none", "7万6,600円")],
)
def test_renovation_up_to_200_000_yen(cost: int, used: int | None, again: str | None, left: str | None) -> None:
    findings = run("renovation_limit", {"c": cost, "u": used, "a": again}, cost="c", used="u", again="a")
    assert [f.severity for f in findings] == (["notice"] if left else [])
    assert left is None or f"残り{left}まで" in findings[0].ja


def test_covered_part_is_no_more_than_the_whole() -> None:
    assert found("covered_within_whole", {"p": 101, "w": 100}, part="p", whole="w") == [("p", "error")]
    assert found("covered_within_whole", {"p": 100, "w": 100}, part="p", whole="w") == []


def test_work_before_approval_is_pointed_out() -> None:
    args = {"approved": "a", "started": "s"}
    assert found("started_after_approval", {"a": "2026-10-02", "s": "2026-10-01"}, **args) == [("s", "notice")]
    assert found("started_after_approval", {"a": "2026-10-02", "s": "2026-10-02"}, **args) == []


ASSETS = {"stage": "s", "spouse": "m", "born": "b", "savings": "v", "securities": "e", "cash": "c", "debts": "d"}


@pytest.mark.parametrize(
    ("stage", "spouse", "born", "savings", "debts", "limit"),
    [
        ("stage2", False, "1941-01-01", 6_500_000, 0, None),
        ("stage2", False, "1941-01-01", 6_500_001, 0, "650万円"),
        ("stage2", False, "1941-01-01", 6_600_000, 100_000, None),  # debts are taken off
        ("stage2", True, "1941-01-01", 16_500_001, 0, "1,650万円"),
        ("stage3a", False, "1941-01-01", 5_500_001, 0, "550万円"),
        ("stage3b", True, "1941-01-01", 15_000_001, 0, "1,500万円"),
        ("pension", False, "1941-01-01", 10_000_001, 0, "1,000万円"),
        ("welfare", False, "1941-01-01", 99_000_000, 0, None),
        ("stage3b", False, "1970-01-01", 9_000_000, 0, None),  # below 65: 10,000,000 whatever the stage
        ("stage3b", False, "1970-01-01", 10_000_001, 0, "1,000万円"),
    ],
)
def test_assets(stage: str, spouse: bool, born: str, savings: int, debts: int, limit: str | None) -> None:
    answers = {"s": stage, "m": spouse, "b": born, "v": savings, "e": 0, "c": 0, "d": debts}
    findings = run("assets_within_limit", answers, **ASSETS)
    assert [f.severity for f in findings] == (["notice"] if limit else [])
    assert limit is None or limit in findings[0].ja


@pytest.mark.parametrize(
    ("day", "yen"),
    [(dt.date(2025, 7, 31), 800_000), (dt.date(2025, 8, 1), 809_000), (dt.date(2026, 7, 31), 809_000),
     (dt.date(2026, 8, 1), 826_500)],
)
def test_income_boundary_moves_on_1_august(day: dt.date, yen: int) -> None:
    assert income_boundary(day) == yen


def test_stage_notice_names_boundary_and_period() -> None:
    words = run("burden_stage_notice", {"s": "stage2"}, stage="s")[0].ja
    assert "82万6,500円" in words and "令和8年11月1日から令和9年7月31日まで" in words
    july = run("burden_stage_notice", {"s": "stage2"}, dt.date(2026, 7, 9), stage="s")[0].ja
    assert "令和8年7月1日から令和8年7月31日まで" in july
    assert run("burden_stage_notice", {}, stage="s") == []


def test_two_certificates_exist_in_july_only() -> None:
    overlap = RULES["certificate_years_overlap"].run
    assert overlap(Facts({}, dt.date(2026, 7, 1))) is True
    assert overlap(Facts({}, dt.date(2026, 8, 1))) is False


# ---- what a form asks ---------------------------------------------------------------------------------------------


def questions(slug: str, answers: dict[str, Any]) -> set[str]:
    return {q.id for step in steps_asked(definition(slug), answers) for q in step.questions if asked(q, answers)}


def test_no_consent_to_inquiries_on_public_assistance() -> None:
    """規則83条の6第2項: the 同意書 is for whom the assets are looked at (83条の5第1号・4号), not for 3号 (被保護者)."""
    both = {"consent", "spouse_consent"}
    married = {"spouse": True, "spouse_reachable": True}
    assert both & questions("kaigo-futan-gendogaku", {"stage": "welfare"} | married) == set()
    assert both <= questions("kaigo-futan-gendogaku", {"stage": "stage2"} | married)


def test_a_missing_or_violent_spouse_is_not_named() -> None:
    """規則83条の5第1号: a spouse who is missing or violent is no 配偶者 here."""
    parts = {"spouse_name", "spouse_kana", "spouse_born"}
    assert parts & questions("kaigo-futan-gendogaku", {"spouse": True, "spouse_reachable": False}) == set()
    assert parts <= questions("kaigo-futan-gendogaku", {"spouse": True, "spouse_reachable": True})


def test_who_writes_the_reason_himself_names_no_office() -> None:
    """規則71条1項3号: the reason is asked for, nobody is named as its writer."""
    assert "writer_office" not in questions("kaigo-fukushi-yougu", {"writer_kind": "other"})
    assert "writer_office" in questions("kaigo-fukushi-yougu", {"writer_kind": "manager"})
