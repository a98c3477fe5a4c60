"""Every address of this room that has an id in it, for whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.test import Client
from django.urls import reverse

from madoguchi.booking import closures
from madoguchi.booking.models import Booking, Closure, Waiting
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

from .conftest import booked, held

# route → the ids it carries
STRANGERS = {
    "booking": ("booking_id",), "booking_details": ("booking_id",), "booking_release": ("booking_id",), "booking_check": ("booking_id",),
    "booking_change": ("booking_id",), "booking_cancel": ("booking_id",), "booking_ics": ("booking_id",),
    "staff_booking": ("booking_id",), "staff_booking_mark": ("booking_id",), "staff_booking_change": ("booking_id",),
    "staff_booking_cancel": ("booking_id",), "staff_booking_tie": ("booking_id",), "staff_booking_code": ("booking_id",),
    "staff_booking_told": ("booking_id",),
    "staff_waiting_told": ("waiting_id",),
    "booking_closure": ("closure_id",), "booking_closure_end": ("closure_id",),
    "staff_booking_make": ("service",),
}
FORMS = {"booking_release", "staff_booking_mark", "staff_booking_cancel", "staff_booking_tie", "staff_booking_code", "staff_booking_told",
         "booking_closure_end", "staff_waiting_told"}  # opened: their page
STAFF = {name for name in STRANGERS if name.startswith(("staff_", "booking_closure"))}


def answers(client, ids, names):
    """(route, method, status) of every address, by the methods that it knows."""
    out = []
    for name in sorted(names):
        url = reverse(name, kwargs={key: ids[key] for key in STRANGERS[name]})
        for method in ("post",) if name in FORMS else ("get", "post"):
            response = getattr(client, method)(url)
            if response.status_code != 405:
                out.append((name, method, response.status_code, response.get("Location", "")))
    return out


def test_strangers_cannot_tell_that_a_booking_exists(hall) -> None:
    row = booked(owner=hall.owner("hanako").key)
    waiting = held("tax", start=600, owner=hall.owner("hanako").key)
    typed = closures.Typed("", "2026-12-01", "", "", "", "", "研修")
    closure, *_ = closures.closure_make(actor=hall.staff("yamada"), section="zeimu", typed=typed, tell=False)
    before = AuditEntry.objects.count(), list(Booking.objects.values_list("state", "start", "sealed")), list(Closure.objects.values())
    waits = Waiting.objects.create(service="tax", section="zeimu", day=dt.date(2026, 12, 1), created_at=clock.now()).id
    nothing = {"booking_id": str(uuid.uuid4()), "closure_id": 987654, "waiting_id": 987654, "service": "made-up"}
    for booking in (row, waiting):
        ids = {"booking_id": str(booking.id), "closure_id": closure.id, "waiting_id": waits, "service": "tax"}
        mine = set(STRANGERS) - STAFF
        taro = answers(hall.browser("taro"), ids, mine)
        assert {status for _, _, status, _ in taro} == {404}
        assert taro == answers(hall.browser("taro"), nothing, mine)
        for client in (hall.browser(), guest()):
            assert {(status, to) for _, _, status, to in answers(client, ids, mine)} == {(303, "/booking/find/")}
        for who in ("sato", "admin", "auditor", "mori"):
            desk = hall.desk(who)
            assert {status for _, _, status, _ in answers(desk, ids, STAFF)} == {404}, who
        for client in (hall.browser("hanako"), hall.browser()):
            assert {status for _, _, status, _ in answers(client, ids, STAFF)} == {302}, "a resident is no member of staff"
    after = AuditEntry.objects.count(), list(Booking.objects.values_list("state", "start", "sealed")), list(Closure.objects.values())
    assert after == before
    ids = {"booking_id": str(row.id), "closure_id": closure.id, "waiting_id": waits, "service": "tax"}
    assert all(status != 404 for _, _, status, _ in answers(hall.browser("hanako"), ids, set(STRANGERS) - STAFF))
    assert all(status != 404 for _, _, status, _ in answers(hall.desk("yamada"), ids, STAFF))


def guest() -> Client:
    client = Client()
    client.cookies["mado_g"] = "g" * 43
    client.cookies["mado_k"] = "made-up"
    return client
