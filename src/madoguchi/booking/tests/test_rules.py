"""The algebra of slots: properties that hold for any hours, closures and services."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.booking import rules
from madoguchi.booking.rules import CELL, DAY, Act, Shut, Span, State

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
GRID = st.integers(0, DAY // CELL).map(lambda n: n * CELL)
SPAN = st.tuples(GRID, GRID).map(lambda pair: Span(min(pair), max(pair)))
SPANS = st.lists(SPAN, max_size=5)
SHUTS = st.lists(st.builds(Shut, SPAN, st.integers(0, 4)), max_size=5)
MINUTES = st.integers(1, 24).map(lambda n: n * CELL)
PAUSE = st.integers(0, 6).map(lambda n: n * CELL)


def minutes_of(spans):
    return {m for s in spans for m in range(s.start, s.end, CELL)}


@CALM
@given(SPANS, SPANS)
def test_taking_time_away_is_a_difference_of_sets(spans, gone):
    left = rules.without(spans, gone)
    assert minutes_of(left) == minutes_of(spans) - minutes_of(gone)
    assert all(a.end < b.start for a, b in zip(left, left[1:], strict=False)), "they neither touch nor overlap"
    assert all(s.start < s.end for s in left)


@CALM
@given(SPANS, SHUTS, st.integers(1, 5))
def test_as_many_seats_are_open_as_are_not_shut(hours, shuts, seats):
    opened = [minutes_of(rules.open_spans(hours, shuts, seats, seat)) for seat in range(seats)]
    for minute in minutes_of(hours):
        at = [s for s in shuts if s.span.start <= minute < s.span.end]
        gone = seats if any(not s.seats or s.seats >= seats for s in at) else min(sum(s.seats for s in at), seats)
        assert sum(minute in seat for seat in opened) == seats - gone
    assert set().union(*opened) <= minutes_of(hours), "never outside the opening hours"
    assert all(opened[n + 1] <= opened[n] for n in range(seats - 1)), "the last seats close first"


@CALM
@given(SPANS, SHUTS, st.integers(1, 3), st.lists(st.tuples(MINUTES, PAUSE, GRID), max_size=25))
def test_whatever_is_booked_in_whatever_order(hours, shuts, seats, wanted):
    """Services of any length on one counter: no two at one seat at one time, none outside the hours, the pause kept, no more at a time
    than there are open seats."""
    opened = [rules.open_spans(hours, shuts, seats, seat) for seat in range(seats)]
    taken: dict[int, set[int]] = {}
    made = []
    for minutes, pause, start in wanted:
        free = rules.seats_free(start, minutes, pause, opened, taken)
        if not free:
            continue
        cells = set(rules.cells(start, minutes, pause))
        assert not taken.get(free[0], set()) & cells
        taken.setdefault(free[0], set()).update(cells)
        made.append((free[0], start, minutes, pause))
    for n, (seat, start, minutes, pause) in enumerate(made):
        assert set(range(start, start + minutes, CELL)) <= minutes_of(opened[seat])
        for other, start2, minutes2, pause2 in made[n + 1:]:
            assert seat != other or start2 >= start + minutes + pause or start >= start2 + minutes2 + pause2
    for minute in range(0, DAY, CELL):
        here = sum(start <= minute < start + minutes for _, start, minutes, _ in made)
        assert here <= sum(minute in minutes_of(spans) for spans in opened)


@CALM
@given(SPANS, MINUTES, MINUTES)
def test_a_service_begins_and_ends_within_the_hours(hours, minutes, every):
    open_at = minutes_of(hours)
    for start in rules.starts(hours, minutes, every):
        assert set(range(start, start + minutes, CELL)) <= open_at


@CALM
@given(st.integers(0, 10**9), st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_of_a_number_is_noticed(seed, place, more):
    number = rules.number_made(seed)
    assert rules.number_typed(number) == number
    assert rules.number_typed(number.replace("-", "").translate(str.maketrans("0123456789", "０１２３４５６７８９"))) == number
    digits = list(number.replace("-", ""))
    digits[place] = str((int(digits[place]) + more) % 10)
    assert rules.number_typed("".join(digits)) == ""


@pytest.mark.parametrize(("typed", "plain"), [("0767-53-0000", "0767530000"), ("０９０ー１２３４ー５６７８", "09012345678"), ("53-0000", ""),
                                              ("電話なし", ""), ("1234567890", "")])
def test_telephone_numbers(typed, plain):
    assert rules.phone_plain(typed) == plain


def test_the_states_are_a_table():
    ends = {State.CANCELLED, State.LAPSED}
    for state in State:
        assert (state in ends) == all(rules.after(state, act) is None for act in Act)
    assert rules.after(State.HELD, Act.CANCEL) is None, "a hold is let go, not cancelled"
    assert rules.after(State.CANCELLED, Act.CONFIRM) is None


def test_an_offer_ends_before_the_place_cannot_be_booked_any_more():
    now = dt.datetime(2026, 11, 20, 8, 0, tzinfo=rules.JST)
    hours = dt.timedelta(hours=1)
    assert rules.offer_ends(now, now + 48 * hours) == now + rules.OFFER_HOURS * hours
    assert rules.offer_ends(now, now + 2 * hours) == now + 2 * hours
    assert rules.offer_ends(now, now + hours / 4) is None


@pytest.mark.parametrize(("now", "last", "ends"), [
    ("20T20:00", "23T12:00", "21T19:00"),  # one hour of the evening, eleven of the next day
    ("20T10:00", "23T12:00", "21T09:00"), ("20T23:30", "23T12:00", "21T20:00"), ("20T03:00", "23T12:00", "20T20:00"),
    ("20T20:00", "21T10:00", "21T10:00"), ("20T20:00", "21T09:59", ""),  # three hours awake, or nobody is offered it
    ("20T22:00", "21T11:00", "21T11:00"), ("20T22:00", "21T10:30", ""), ("20T20:30", "20T21:00", "20T21:00"), ("20T22:00", "20T23:30", ""),
])
def test_the_hours_of_the_night_do_not_count(now, last, ends):
    def at(text):
        return dt.datetime.fromisoformat(f"2026-11-{text}:00+09:00")

    for zone in (rules.JST, dt.UTC):
        assert rules.offer_ends(at(now).astimezone(zone), at(last).astimezone(zone)) == (at(ends) if ends else None)


def test_when_people_are_awake():
    asked = [dt.datetime(2026, 11, 20, *at, tzinfo=rules.JST) for at in ((7, 59), (8, 0), (20, 59), (21, 0), (0, 0))]
    assert [rules.awake(at) for at in asked] == [False, True, True, False, False]
