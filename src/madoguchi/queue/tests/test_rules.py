"""The line and the estimate, by their properties."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.queue import rules
from madoguchi.queue.rules import Act, Place, State

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)
moments = st.integers(-300, 300).map(lambda minutes: NOW + dt.timedelta(minutes=minutes))
places = st.lists(st.builds(Place, st.uuids().map(str), st.sampled_from(["a", "b"]), moments, st.none() | moments), max_size=12,
                  unique_by=lambda place: place.key)
lengths = st.lists(st.floats(0, 400), max_size=40)


@given(places)
def test_nobody_is_lost_and_nobody_is_overtaken(line):
    found = rules.in_order(line, NOW)
    assert sorted(p.key for p in found) == sorted(p.key for p in line)
    assert found == rules.in_order(reversed(line), NOW)
    walk_ins = [p.since for p in found if p.due is None]
    assert walk_ins == sorted(walk_ins)
    due = [p.due for p in found if p.due is not None]
    assert due == sorted(due)


@given(places)
def test_a_booking_goes_first_exactly_when_its_time_has_come(line):
    ranks = [1 if p.due is None else 0 if p.due - rules.BOOKED_EARLY <= NOW else 2 for p in rules.in_order(line, NOW)]
    assert ranks == sorted(ranks)


@given(st.lists(st.floats(1, 180), max_size=30), st.integers(0, 10))
def test_more_people_wait_longer_and_more_counters_shorten_it(ahead, desks):
    found = rules.estimate(ahead, desks)
    assert found >= 0
    assert rules.estimate([*ahead, 5], desks) >= found
    assert rules.estimate(ahead, desks + 1) <= found
    assert rules.estimate([], desks) == 0


@given(lengths, st.integers(5, 240))
def test_the_usual_length_is_one_that_can_be(found, otherwise):
    usual = rules.typical(found, otherwise)
    assert usual == otherwise or rules.LEAST <= usual <= rules.MOST
    assert rules.typical([*found, 0.1, 500], otherwise) == usual, "a wrong button and a forgotten ticket say nothing"


def test_the_median_needs_enough():
    assert rules.typical([10] * 4, 30) == 30
    assert rules.typical([10] * 5, 30) == 10


@given(st.integers(0, 1000))
def test_people_are_told_no_less_than_the_estimate(minutes):
    assert minutes <= rules.roughly(minutes) < minutes + 5


def test_a_ticket_that_is_over_stays_so():
    assert not [(s, a) for s, a in rules.TRANSITIONS if s in (State.DONE, State.CANCELLED)]
    assert all(rules.after(s, Act.CANCEL) is None for s in (State.CALLED, State.DONE))
    assert rules.label("A", 12) == "A 012"
    assert rules.middle([]) == 0
