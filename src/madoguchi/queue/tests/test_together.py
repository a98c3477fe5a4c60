"""Many at the same moment: no ticket is called twice, no seat calls two, no number is given twice. Threads here, processes below."""

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

from madoguchi.kernel import audit, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.queue import services
from madoguchi.queue.errors import TicketCalled
from madoguchi.queue.models import Pulse, Ticket
from madoguchi.queue.rules import Act, State
from madoguchi.queue.staff_errors import DeskBusy, NobodyWaits, TicketMoved

from .conftest import acted, called, taken
from .test_queue import booked_today, come

ROOT = Path(__file__).parents[4]


def whole() -> None:
    """Nothing is lost, and the record says the same as the rows."""
    assert audit.verify() == []
    assert witness.verify() == []
    seats = Ticket.objects.filter(state=State.CALLED).values_list("counter", "seat")
    assert len(seats) == len(set(seats))


@pytest.mark.django_db(transaction=True)
def test_eight_take_a_number_at_once(hall):
    out = together(*[taken] * 8)
    assert sorted(t.number for t in out) == list(range(1, 9))
    assert Pulse.objects.get(section="zeimu").beat == 8
    whole()


@pytest.mark.django_db(transaction=True)
def test_two_seats_call_at_once(hall):
    okada, _ = hall.staff("okada"), [taken("moving") for _ in range(4)]
    out = together(lambda: called(okada, "shimin", 0), lambda: called(okada, "shimin", 1))
    assert sorted(t.number for t in out) == [1, 2]
    whole()


@pytest.mark.django_db(transaction=True)
def test_one_seat_pressed_many_times_calls_one(hall):
    yamada = hall.staff("yamada")
    for _ in range(6):
        taken()
    out = Counter(type(x) for x in together(*[lambda: called(yamada)] * 6))
    assert out[Ticket] == 1
    assert set(out) <= {Ticket, DeskBusy, TicketMoved}
    whole()


@pytest.mark.django_db(transaction=True)
def test_the_last_one_is_called_by_one_seat(hall):
    okada = hall.staff("okada")
    taken("moving")
    out = Counter(type(x) for x in together(*[lambda n=n: called(okada, "shimin", n) for n in range(2)]))
    assert out == {Ticket: 1, NobodyWaits: 1}
    whole()


@pytest.mark.django_db(transaction=True)
def test_called_and_given_up_at_once(hall):
    yamada, ticket = hall.staff("yamada"), taken()
    out = together(lambda: called(yamada), lambda: services.ticket_cancel(ticket=ticket, by=services.BY_DEVICE))
    assert Counter(type(x) for x in out) in ({Ticket: 1, NobodyWaits: 1}, {Ticket: 1, TicketCalled: 1})
    whole()


@pytest.mark.django_db(transaction=True)
def test_a_ticket_is_held_moved_and_finished_at_once(hall):
    yamada, ticket = hall.staff("yamada"), taken()
    row = called(yamada)
    act = [lambda a=a: services.ticket_act(actor=yamada, ticket_id=str(ticket.id), act=a, revision=row.revision, counter="zeimu", seat=0)
           for a in (Act.HOLD, Act.MISS, Act.FINISH)]
    move = [lambda: services.ticket_move(actor=yamada, ticket_id=str(ticket.id), revision=row.revision, to="moving")]
    assert Counter(type(x) for x in together(*act, *move)) == {Ticket: 1, TicketMoved: 3}
    whole()


@pytest.mark.django_db(transaction=True)
def test_sections_that_send_people_to_each_other(hall):
    """In both directions at once, for as long as it takes: nobody waits in a ring."""
    yamada, okada = hall.staff("yamada"), hall.staff("okada")
    mine, theirs = [taken() for _ in range(5)], [taken("moving") for _ in range(5)]
    work = [lambda t=t: services.ticket_move(actor=yamada, ticket_id=str(t.id), revision=0, to="moving") for t in mine]
    work += [lambda t=t: services.ticket_move(actor=okada, ticket_id=str(t.id), revision=0, to="tax") for t in theirs]
    out = together(*work)
    assert [x for x in out if isinstance(x, Exception)] == []
    assert Counter(Ticket.objects.values_list("letter", "section")) == {("E", "shimin"): 5, ("B", "zeimu"): 5}
    whole()


@pytest.mark.django_db(transaction=True)
def test_a_booking_checks_in_twice_at_once(hall):
    booking = booked_today(600)
    out = together(*[lambda: come(booking)] * 4)
    assert [x for x in out if isinstance(x, Exception)] == []
    assert len({t.id for t in out}) == Ticket.objects.count() == 1
    assert AuditEntry.objects.filter(action="booking.came").count() == 1
    whole()


@pytest.mark.django_db(transaction=True)
def test_taken_back_and_called_elsewhere_at_once(hall):
    okada, first, _ = hall.staff("okada"), taken("moving"), taken("moving")
    called(okada, "shimin", 0)
    acted(okada, first, Act.HOLD, "shimin", 0)
    row = Ticket.objects.get(id=first.id)
    out = together(lambda: services.ticket_undo(actor=okada, ticket_id=str(row.id), revision=row.revision),
                   lambda: services.ticket_act(actor=okada, ticket_id=str(row.id), act=Act.CALL, revision=row.revision, counter="shimin", seat=1))
    assert Counter(type(x) for x in out) == {Ticket: 1, TicketMoved: 1}
    whole()


CLERK = textwrap.dedent("""
    import datetime as dt, json, os, sys
    import django
    from django.conf import settings
    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    django.setup()
    from madoguchi.identity.models import Staff
    from madoguchi.kernel import clock
    from madoguchi.queue import services
    from madoguchi.queue.staff_errors import NobodyWaits
    seat, got, seen = int(sys.argv[1]), [], ""
    with clock.frozen(dt.datetime(2026, 11, 20, 10, 0, tzinfo=clock.JST)):
        actor = Staff.objects.get(username="okada")
        for _ in range(60):
            try:
                row = services.ticket_next(actor=actor, counter=sys.argv[2], seat=seat, seen=seen)
            except NobodyWaits:
                break
            seen = str(row.id) if row.state == "called" else ""
            if seen:
                got.append(str(row.id))
    print(json.dumps(got))
""")


@pytest.mark.django_db(transaction=True)
def test_clerks_in_processes_of_their_own_share_a_line(hall):
    """Two seats of the same counter call forty people as fast as they can: everybody once."""
    hall.staff("okada")
    for n in range(40):
        taken("moving" if n % 3 else "bereavement")
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "madoguchi.config.settings", "PYTHONPATH": f"{ROOT / 'src'}",
                        "TEST_DATABASE": str(connection.settings_dict["NAME"]), "MADOGUCHI_KEYS": str(settings.MADOGUCHI_KEYS)}
    procs = [subprocess.Popen([sys.executable, "-c", CLERK, str(seat), "shimin"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
             for seat in range(2)]
    done = [(p.communicate(timeout=120), p.returncode) for p in procs]
    assert [code for _, code in done] == [0, 0], [err[-800:] for (_, err), _ in done]
    got = [json.loads(out) for (out, _), _ in done]
    assert len(got[0]) + len(got[1]) == len({*got[0], *got[1]}) == 40
    assert Ticket.objects.filter(state=State.DONE).count() == 40
    whole()
