"""延滞金 and 還付加算金: the published examples to the yen, and what must hold for every sum and day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.collection.late import DAY, TAX, Phase, Rounding, first_month_ends, late_charge, refund_interest
from madoguchi.collection.rates import RateMissing, Rates, RatesWrong, rates, rates_read

D = dt.date
DUES = st.dates(D(2014, 1, 1), D(2025, 12, 31))
LATER = st.integers(0, 300)
SUMS = st.integers(0, 3_000_000)
ROUNDINGS = st.sampled_from([TAX, Rounding(floor="phase")])


def late(tax: int, due: dt.date, until: dt.date, *payments: tuple[dt.date, int], rounding: Rounding = TAX):
    return late_charge(tax=tax, due=due, until=until, payments=payments, rates=rates(), rounding=rounding)


@pytest.mark.parametrize(("tax", "due", "paid", "parts", "asked"), [
    (56_400, D(2026, 2, 2), D(2026, 5, 29), [(28, 120), (88, 1_228)], 1_300),
    (65_000, D(2021, 5, 31), D(2022, 1, 31), [(30, 133), (184, 2_883), (31, 480)], 3_400),
])
def test_published_examples(tax, due, paid, parts, asked):
    found = late(tax, due, paid)
    assert [(s.days, s.yen) for s in found.segments] == parts
    assert (found.exact, found.amount) == (sum(yen for _, yen in parts), asked)


def test_a_page_can_explain_it():
    first, after, next_year = late(65_000, D(2021, 5, 31), D(2022, 1, 31)).segments
    assert (first.since, first.until, first.percent, first.phase) == (D(2021, 6, 1), D(2021, 6, 30), "2.5", Phase.FIRST)
    assert (after.since, after.until, after.percent, after.phase) == (D(2021, 7, 1), D(2021, 12, 31), "8.8", Phase.AFTER)
    assert (next_year.since, next_year.until, next_year.percent) == (D(2022, 1, 1), D(2022, 1, 31), "8.7")


def test_yen_cut_by_phase_may_be_one_more():
    span = 65_000, D(2021, 5, 31), D(2022, 1, 2)
    assert late(*span, rounding=Rounding(floor="phase")).exact == late(*span).exact + 1
    assert late(*span, rounding=Rounding(floor="phase")).exact == 133 + 65_000 * (88 * 184 + 87 * 2) // 365_000


@pytest.mark.parametrize(("due", "ends"), [
    (D(2021, 5, 31), D(2021, 6, 30)), (D(2026, 2, 2), D(2026, 3, 2)), (D(2026, 1, 30), D(2026, 2, 28)), (D(2026, 1, 31), D(2026, 2, 28)),
    (D(2024, 1, 30), D(2024, 2, 29)), (D(2024, 1, 31), D(2024, 2, 29)), (D(2026, 2, 28), D(2026, 3, 31)), (D(2024, 2, 28), D(2024, 3, 28)),
    (D(2025, 11, 30), D(2025, 12, 31)), (D(2025, 12, 25), D(2026, 1, 25)), (D(2025, 12, 31), D(2026, 1, 31)),
])
def test_a_month_is_a_month_of_the_calendar(due, ends):
    assert first_month_ends(due) == ends


def test_a_leap_year_has_366_days_over_365():
    assert sum(s.days for s in late(100_000, D(2023, 12, 31), D(2024, 12, 31)).segments) == 366
    year = refund_interest(amount=1_000_000, since=D(2024, 1, 1), until=D(2024, 12, 31), rates=rates())
    assert year.exact == 1_000_000 * 9 * 366 // 365_000 == 9_024


def test_the_month_over_the_year_end_has_two_rates():
    parts = late(500_000, D(2025, 12, 25), D(2026, 2, 10)).segments
    assert [(s.days, s.percent) for s in parts] == [(6, "2.4"), (25, "2.8"), (16, "9.1")]


@pytest.mark.parametrize(("tax", "asked"), [(1_999, 0), (0, 0)])
def test_less_than_two_thousand_bears_nothing(tax, asked):
    found = late(tax, D(2020, 1, 31), D(2025, 12, 31))
    assert (found.amount, found.segments) == (asked, ())


def test_where_sums_are_cut():
    assert [TAX.base(n) for n in (1_999, 2_000, 2_999, 3_000)] == [0, 2_000, 2_000, 3_000]
    assert [TAX.result(n) for n in (999, 1_000, 1_099, 1_100)] == [0, 1_000, 1_000, 1_100]


def test_less_than_a_thousand_is_not_asked_for():
    found = late(56_000, D(2026, 2, 2), D(2026, 5, 3))
    assert found.exact == 120 + 56_000 * 91 * 62 // 365_000 == 985
    assert found.amount == 0


def test_a_year_without_rate_is_refused_with_what_to_do():
    with pytest.raises(RateMissing) as refused:
        late(56_400, D(2026, 12, 25), D(2027, 1, 5))
    assert "2027年の延滞金の割合" in refused.value.ja
    assert "加えるよう頼み" in refused.value.ja
    with pytest.raises(RateMissing, match="rate_missing"):
        refund_interest(amount=5_000, since=D(2013, 12, 31), until=D(2014, 1, 5), rates=rates())
    assert late(1_500, D(2026, 12, 25), D(2027, 1, 5)).amount == 0, "what bears nothing needs no rate"


def test_after_a_part_is_paid_the_rest_bears_it():
    """100,000 due 2025-06-30; 60,000 on 2025-09-30, the rest on 2026-01-31."""
    found = late(100_000, D(2025, 6, 30), D(2026, 1, 31), (D(2025, 9, 30), 60_000))
    assert [(s.base, s.days, s.percent) for s in found.segments] == [
        (100_000, 31, "2.4"), (100_000, 61, "8.7"), (40_000, 92, "8.7"), (40_000, 31, "9.1")]
    assert found.exact == sum(s.yen for s in found.segments)


def test_what_is_paid_whole_stops_it():
    assert late(56_400, D(2026, 2, 2), D(2026, 11, 20), (D(2026, 5, 29), 56_400)) == late(56_400, D(2026, 2, 2), D(2026, 5, 29))


@given(SUMS, DUES, st.integers(-400, 0), ROUNDINGS)
def test_nothing_on_and_before_the_due_day(tax, due, days, rounding):
    assert late(tax, due, due + days * DAY, rounding=rounding).exact == 0


@given(SUMS, DUES, LATER, st.integers(0, 60), ROUNDINGS)
def test_more_days_never_cost_less(tax, due, days, more, rounding):
    fewer, longer = (late(tax, due, due + n * DAY, rounding=rounding) for n in (days, days + more))
    assert fewer.exact <= longer.exact
    assert fewer.amount <= longer.amount


@given(SUMS, st.integers(0, 100_000), DUES, LATER, ROUNDINGS)
def test_more_tax_never_costs_less(tax, more, due, days, rounding):
    smaller, larger = (late(n, due, due + days * DAY, rounding=rounding) for n in (tax, tax + more))
    assert smaller.exact <= larger.exact
    assert smaller.amount <= larger.amount


@given(st.integers(2, 3_000_000), DUES, st.integers(-10, 300), st.integers(0, 100), st.data(), ROUNDINGS)
def test_a_payment_in_two_parts_on_one_day_is_one_payment(tax, due, at, after, data, rounding):
    day, until = due + at * DAY, due + (at + after) * DAY
    paid = data.draw(st.integers(2, tax))
    one = data.draw(st.integers(1, paid - 1))
    whole = late(tax, due, until, (day, paid), rounding=rounding)
    assert late(tax, due, until, (day, one), (day, paid - one), rounding=rounding) == whole
    assert late(tax, due, until, (day, paid - one), (day, one), rounding=rounding) == whole


@given(st.integers(2_000, 3_000_000), DUES, st.integers(1, 200), st.integers(1, 100), st.data())
def test_paying_earlier_never_costs_more(tax, due, at, after, data):
    """The yen cut at the payment's own boundary aside, which only ever makes it less."""
    until, paid = due + (at + after) * DAY, data.draw(st.integers(1, tax))
    assert late(tax, due, until, (due + at * DAY, paid)).exact <= late(tax, due, until).exact


@given(st.integers(2_000, 3_000_000), DUES, LATER, st.integers(1, 100), st.integers(0, 999))
def test_a_payment_that_leaves_the_base_alone_changes_nothing(tax, due, at, after, paid):
    until = due + (at + after) * DAY
    if TAX.base(tax - paid) == TAX.base(tax):
        assert late(tax, due, until, (due + at * DAY, paid)) == late(tax, due, until)


@given(st.integers(2_000, 3_000_000), DUES, st.integers(1, 330))
def test_segments_are_all_days_once_and_lie_in_one_year(tax, due, days):
    parts = late(tax, due, due + days * DAY).segments
    assert parts[0].since == due + DAY
    assert parts[-1].until == due + days * DAY
    assert all(one.until + DAY == other.since for one, other in zip(parts, parts[1:], strict=False))
    assert all(s.since.year == s.until.year for s in parts)


@given(SUMS, st.dates(D(2014, 1, 1), D(2025, 6, 30)), st.integers(-5, 300), st.integers(0, 200), st.integers(0, 50_000))
def test_refund_interest_grows_with_days_and_amount(amount, since, days, more, extra):
    def interest(amount, days):
        return refund_interest(amount=amount, since=since, until=since + (days - 1) * DAY, rates=rates())

    assert interest(amount, days).exact <= interest(amount, days + more).exact
    assert interest(amount, days).exact <= interest(amount + extra, days).exact
    assert days > 0 or interest(amount, days).exact == 0


def test_refund_interest_of_two_years():
    found = refund_interest(amount=123_456, since=D(2025, 12, 1), until=D(2026, 2, 28), rates=rates())
    assert [(s.base, s.days, s.percent, s.yen) for s in found.segments] == [(123_000, 31, "0.9", 94), (123_000, 59, "1.3", 258)]
    assert (found.exact, found.amount) == (352, 0)


def test_every_year_says_where_it_is_from():
    shipped = rates()
    assert set(shipped.late) == set(range(2014, 2027))
    assert {y: r.confidence for y, r in shipped.late.items() if r.confidence == "V"} == {2021: "V", 2026: "V"}
    assert all(rate.source for table in (shipped.late, shipped.refund) for rate in table.values())


@pytest.mark.parametrize(("text", "says"), [
    ("延滞金: []", "還付加算金」の表がありません"),
    ("延滞金:\n  - {年: 26, 初月: '2.8', 以後: '9.1', 確度: V, 出典: x}\n還付加算金: []", "rates.yaml:2 年は西暦4けた"),
    ("延滞金:\n  - {年: 2026, 初月: '2.85', 以後: '9.1', 確度: V, 出典: x}\n還付加算金: []", "初月は 2.8 のように"),
    ("延滞金:\n  - {年: 2026, 初月: '2.8', 以後: '9.1', 確度: X, 出典: x}\n還付加算金: []", "確度は"),
    ("延滞金: []\n還付加算金:\n  - {年: 2026, 割合: '1.3'}", "年・割合・確度・出典を"),
    ("延滞金: []\n還付加算金:\n" + "  - {年: 2026, 割合: '1.3', 確度: R, 出典: x}\n" * 2, "rates.yaml:4 還付加算金に2026年が二度"),
])
def test_a_wrong_file_names_the_line(text, says):
    with pytest.raises(RatesWrong) as refused:
        rates_read(text)
    assert says in refused.value.ja


def test_a_citys_own_file():
    own = rates_read("延滞金:\n  - {年: 2027, 初月: '3.0', 以後: '9.3', 確度: S, 出典: 告示}\n還付加算金: []")
    assert isinstance(own, Rates)
    assert late_charge(tax=100_000, due=D(2027, 1, 31), until=D(2027, 2, 28), rates=own).exact == 100_000 * 30 * 28 // 365_000
