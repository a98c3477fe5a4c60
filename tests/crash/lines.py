"""The queue at a counter, in a crash run: check-in, call, and what stays of a day; and whether every ticket is as the record says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from madoguchi.booking import services as booking
from madoguchi.booking.contact import Contact
from madoguchi.booking.models import Booking
from madoguchi.booking.setup import setup
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock
from madoguchi.queue import keeping, selectors, services
from madoguchi.queue.models import DayFigure, Ticket
from madoguchi.queue.rules import State

Done = dict[str, Any]
SERVICE, COUNTER = "childcare", "kosodate"


def _later(day: dt.date, hour: int, go: Callable[[], Done]) -> Done:
    """As acts.turn_clock turns it."""
    going, clock.now = clock.now, lambda: dt.datetime.combine(day, dt.time(hour), clock.JST)
    try:
        return go()
    finally:
        clock.now = going


def line_book(**_: Any) -> Done:
    """Somebody has a booking on the first day with room."""
    from madoguchi.booking.days import days_of, next_free

    service = setup().services[SERVICE]
    first = next_free(service, clock.today() + dt.timedelta(days=20))
    assert first
    slot = days_of(service, first, 1)[0].slots[0]
    row, _code = booking.booking_by_staff(service=service, day=slot.day, start=slot.start, contact=Contact("試用 うめ", phone="0767000000"),
                                          by="staff:tanaka")
    return {"number": row.number, "came": str(row.day)}


def line_check_in(number: str, came: str, **_: Any) -> Done:
    """They come, and say their number at the device."""
    def go() -> Done:
        services.check_in(number=number, sections=["kosodate"], by=services.BY_DEVICE, channel="kiosk")
        return {}

    return _later(dt.date.fromisoformat(came), 9, go)


def line_call(came: str, **_: Any) -> Done:
    """They are called; pressed again after a crash, whoever is called stays so."""
    def go() -> Done:
        tanaka = Staff.objects.get(username="tanaka")
        if selectors.called_at(COUNTER, 0) is None and Ticket.objects.filter(day=clock.today(), state=State.WAITING).exists():
            services.ticket_next(actor=tanaka, counter=COUNTER, seat=0, seen="")
        return {}

    return _later(dt.date.fromisoformat(came), 10, go)


def line_forget(came: str, **_: Any) -> Done:
    """Weeks later the tickets go and the figures stay."""
    def go() -> Done:
        keeping.queue_sweep()
        return {}

    return _later(dt.date.fromisoformat(came) + dt.timedelta(days=20), 3, go)


ACTS: dict[str, Callable[..., Done]] = {f.__name__: f for f in (line_book, line_check_in, line_call, line_forget)}


def lines() -> list[str]:
    """Who came and is not recorded so once, figures of nothing. Whether tickets are as recorded is the witness's to say."""
    from madoguchi.kernel.models import AuditEntry

    out = []
    for row in Booking.objects.filter(service=SERVICE, state="came"):
        times = AuditEntry.objects.filter(chain=f"booking:{row.section}", action="booking.came", facts__booking=str(row.id)).count()
        if times != 1:
            out.append(f"{row} came {times} times")
    out += [f"{f}: {f.taken} tickets" for f in DayFigure.objects.filter(service=SERVICE) if f.taken < 1]
    return out
