"""Many at the same moment. Threads with connections of their own here, processes of their own below: nobody gets a place twice, and no
place is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from tests.support.threads import together

from madoguchi.booking import services, waiting
from madoguchi.booking.errors import SlotTaken, TooManyBookings
from madoguchi.booking.models import Booking, Taken, Waiting
from madoguchi.booking.rules import State
from madoguchi.booking.setup import setup
from madoguchi.kernel import audit

from .conftest import FORM, MONDAY, NINE, booked, by_phone, filled, held

ROOT = Path(__file__).parents[4]
HOLDS = (State.HELD, State.CONFIRMED)


def whole():
    """Nobody sits on anybody, and every booking has all its cells."""
    rows = list(Booking.objects.filter(state__in=HOLDS))
    for n, a in enumerate(rows):
        for b in rows[n + 1:]:
            if (a.counter, a.seat, a.day) == (b.counter, b.seat, b.day):
                assert a.start >= b.start + b.minutes + b.pause or b.start >= a.start + a.minutes + a.pause, (a, b)
        assert a.cells.count() == len({*range(a.start, a.start + a.minutes + a.pause, 5)}), a
    assert Taken.objects.count() == sum(row.cells.count() for row in rows)
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_eight_want_one_place(hall):
    out = together(*[held] * 8)
    assert sorted(type(x).__name__ for x in out) == ["Booking", *["SlotTaken"] * 7]
    whole()


@pytest.mark.django_db(transaction=True)
def test_services_of_all_lengths_at_two_seats(hall):
    """引越し (30) and おくやみ (60 + 15) share a counter of two seats."""
    work = [lambda s=s, t=t: by_phone(s, MONDAY, t) for t in (NINE, NINE + 30, NINE + 60, NINE + 75) for s in ("moving", "bereavement")]
    out = together(*work * 2)
    assert {type(x) for x in out} == {Booking, SlotTaken}
    whole()


@pytest.mark.django_db(transaction=True)
def test_two_change_into_each_others_place(hall):
    """Neither can have it while the other is still there, and nobody waits for ever."""
    a, b = by_phone("tax", MONDAY, NINE), by_phone("tax", MONDAY, NINE + 30)
    move = services.booking_change
    out = together(lambda: move(booking=a, day=MONDAY, start=NINE + 30, by="x"), lambda: move(booking=b, day=MONDAY, start=NINE, by="x"))
    assert [type(x) for x in out] == [SlotTaken, SlotTaken]
    whole()


@pytest.mark.django_db(transaction=True)
def test_one_person_at_two_browsers_keeps_to_the_limit(hall):
    rows = [services.details_set(booking=held("tax", MONDAY, NINE + 30 * n), form=FORM) for n in range(4)]
    out = together(*[lambda row=row: services.booking_confirm(booking=row, by="x") for row in rows])
    assert Counter(type(x) for x in out) == {tuple: 1, TooManyBookings: 3}
    whole()


@pytest.mark.django_db(transaction=True)
def test_a_place_given_back_goes_to_one_of_those_who_wait(hall):
    rows = filled()
    for n in range(3):
        waiting.waiting_join(service=setup().services["tax"], day=MONDAY, form=FORM | {"mail": f"w{n}@example.jp", "phone": ""}, by="x", owner="",
                             language="ja")
    cancel = [lambda row=row: services.booking_cancel(booking=row, by="x", staff=True) for row in rows[:2]]
    out = together(*cancel, waiting.offers_sweep, waiting.offers_sweep, lambda: by_phone("tax", MONDAY, rows[0].start))
    assert not [x for x in out if isinstance(x, Exception) and not isinstance(x, SlotTaken)]
    waiting.offers_sweep()
    taken = 2 if isinstance(out[-1], SlotTaken) else 1
    assert Waiting.objects.filter(state="offered").count() == taken
    whole()


@pytest.mark.django_db(transaction=True)
def test_a_closure_and_a_booking_at_the_same_moment(hall):
    """Either the booking is there and the closure names it, or it is refused."""
    from madoguchi.booking import closures

    typed = closures.Typed("", "2026-11-30", "", "", "", "", "研修")
    yamada = hall.staff("yamada")
    work = [lambda n=n: by_phone("tax", MONDAY, NINE + 30 * n) for n in range(6)]
    out = together(*work, lambda: closures.closure_make(actor=yamada, section="zeimu", typed=typed, tell=False))
    made = [x for x in out[:-1] if isinstance(x, Booking)]
    assert out[-1][1] == len(made)
    assert {type(x) for x in out[:-1]} <= {Booking, SlotTaken}
    whole()


@pytest.mark.django_db(transaction=True)
def test_a_booking_is_confirmed_and_cancelled_at_once(hall):
    row = booked()
    out = together(*[lambda: services.booking_cancel(booking=row, by="x")] * 4)
    assert all(isinstance(x, Booking) for x in out)
    assert Booking.objects.get().sequence == 1
    whole()


GREEDY = textwrap.dedent("""
    import datetime as dt, json, os, random, sys
    import django
    from django.conf import settings
    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    django.setup()
    from madoguchi.booking import services
    from madoguchi.booking.contact import Contact
    from madoguchi.booking.days import days_of
    from madoguchi.booking.errors import SlotTaken
    from madoguchi.booking.setup import setup
    from madoguchi.kernel import clock
    seed = int(sys.argv[1])
    dice, made, refused = random.Random(seed), 0, 0
    with clock.frozen(dt.datetime(2026, 11, 20, 10, 0, tzinfo=clock.JST)):
        day, s = dt.date(2026, 11, 30), setup().services
        own = []
        for n in range(25):
            service = s[dice.choice(["moving", "bereavement"])]
            slots = days_of(service, day, 1)[0].slots or ()
            start = dice.choice(slots).start if slots else 540
            try:
                if own and dice.random() < .3:
                    services.booking_cancel(booking=own.pop(), by="test", staff=True)
                else:
                    own.append(services.booking_by_staff(service=service, day=day, start=start, by="test", contact=Contact("x"))[0])
                    made += 1
            except SlotTaken:
                refused += 1
    print(json.dumps([made, refused]))
""")


@pytest.mark.django_db(transaction=True)
def test_many_processes_on_one_day(hall):
    """Six processes book and cancel services of different length at one counter for as long as they can."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "madoguchi.config.settings", "PYTHONPATH": f"{ROOT / 'src'}",
                        "TEST_DATABASE": str(connection.settings_dict["NAME"]), "MADOGUCHI_KEYS": str(settings.MADOGUCHI_KEYS)}
    procs = [subprocess.Popen([sys.executable, "-c", GREEDY, str(seed)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
             for seed in range(6)]
    done = [(p.communicate(timeout=120), p.returncode) for p in procs]
    assert [code for _, code in done] == [0] * 6, [err[-800:] for (_, err), _ in done]
    told = [json.loads(out) for (out, _), _ in done]
    assert sum(made for made, _ in told) == Booking.objects.exclude(state=State.LAPSED).count() > 20
    whole()
