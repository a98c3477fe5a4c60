"""Figures out of counts: what is divided, what is the middle, and when an opinion may be seen."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from madoguchi.figures.rules import Line, bundles, month_before, percentile, period, share, shown


def month(n: int) -> dt.date:
    return dt.date(2026, n, 1)


@pytest.mark.parametrize(("counts", "median", "ninety"), [
    ({}, None, None), ({4: 1}, 4, 4), ({1: 5, 2: 5}, 1, 2), ({3: 9, 60: 1}, 3, 3), ({3: 8, 60: 2}, 3, 60), ({0: 1, 10: 1, 20: 1}, 10, 20),
])
def test_percentiles_are_days_that_somebody_waited(counts, median, ninety):
    assert (percentile(counts, 50), percentile(counts, 90)) == (median, ninety)


def test_nothing_is_divided_by_nothing():
    assert share(0, 0) is None
    assert share(1, 3) == 33.3
    cells = Line().cells
    assert cells["online_share"] is None and cells["median"] is None and cells["grade"] is None and cells["filed"] == 0


def test_lines_add_up():
    total = Line()
    total.add(Line(filed=3, online=2, decided=2, within=1, days=Counter({3: 1, 9: 1}), left=2, grades=Counter({5: 4, 2: 1})))
    total.add(Line(filed=1, online=0, decided=1, within=1, days=Counter({3: 1})))
    cells = total.cells
    assert (cells["online_share"], cells["within_share"], cells["median"], cells["ninety"]) == (50.0, 66.7, 3, 9)
    assert (cells["left_share"], cells["grade"], cells["opinions"]) == (50.0, 4.4, 5)


def test_a_period_is_whole_months_over_the_turn_of_the_year():
    chosen = period(dt.date(2027, 2, 1), 6)
    assert (chosen.first, chosen.last, chosen.until) == (dt.date(2026, 9, 1), dt.date(2027, 2, 1), dt.date(2027, 3, 1))
    assert len(chosen.months) == 6
    assert month_before(dt.date(2027, 1, 1), 13) == dt.date(2025, 12, 1)


def test_opinions_wait_until_there_are_five():
    counted = [(month(1), 5, 3), (month(2), 1, 1), (month(4), 4, 2), (month(5), 3, 7), (month(6), 5, 4), (month(7), 5, 1)]
    found = bundles(counted, month(7))
    assert [(b.first, b.last, b.count) for b in found] == [(month(1), month(4), 6), (month(5), month(5), 7)]
    assert bundles([(month(1), 5, 4)], month(7)) == []


def test_the_month_that_is_not_over_is_never_shown():
    assert bundles([(month(7), 5, 50)], month(7)) == []
    assert bundles([(month(7), 5, 50)], month(8))[0].count == 50


def test_no_choice_of_period_shows_fewer_than_five_by_subtraction():
    """Whatever two periods somebody compares, what one has more than the other is whole bundles."""
    counted = [(month(m), 1 + (m * k) % 5, 1) for m in range(1, 11) for k in range(1, 1 + m % 4)]
    everything = bundles(counted, month(12))
    assert len(everything) > 1
    seen = set()
    for last in range(1, 11):
        known = bundles([row for row in counted if row[0] <= month(last)], month(12))
        for first in range(1, last + 1):
            seen |= {(b.first, b.last, b.count) for b in shown(known, period(month(last), last - first + 1))}
    assert seen == {(b.first, b.last, b.count) for b in everything}
    assert all(count >= 5 for _, _, count in seen)
