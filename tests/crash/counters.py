"""Bookings at a counter, in a crash run: the same acts as on the pages, and whether every place is somebody's alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from madoguchi.booking import closures, days, keeping, services, waiting
from madoguchi.booking.contact import contact_of
from madoguchi.booking.models import Booking, Closure, Taken, Waiting
from madoguchi.booking.rules import State
from madoguchi.booking.setup import Service, setup
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

Done = dict[str, Any]
BY, SERVICE = "resident:x", "tax"


def _service() -> Service:
    return setup().services[SERVICE]


def _mail(application: str) -> str:
    return f"b{application[:8]}@example.jp"


def _own(application: str) -> Booking | None:
    """That of this journey, by its address."""
    rows = Booking.objects.filter(service=SERVICE).exclude(state=State.LAPSED).order_by("-created_at")
    return next((row for row in rows if contact_of(row).mail == _mail(application)), None)


def book_hold(application: str, **_: Any) -> Done:
    """A time is held and said for whom."""
    if _own(application):
        return {}
    first = days.next_free(_service(), clock.today() + dt.timedelta(days=3))  # far enough that at any hour of the day a place is offered on
    assert first
    slot = days.days_of(_service(), first, 1)[0].slots[0]
    row = services.hold_make(service=_service(), day=slot.day, start=slot.start, owner="", language="ja")
    services.details_set(booking=row, form={"name": "見本 花子", "mail": _mail(application)})
    return {}


def book_confirm(application: str, **_: Any) -> Done:
    """It becomes a booking."""
    row = _own(application)
    assert row
    services.booking_confirm(booking=row, by=BY)
    return {}


def book_change(application: str, **_: Any) -> Done:
    """To the next free time."""
    row = _own(application)
    assert row
    if not row.sequence:
        slot = next(s for d in days.days_of(_service(), row.day, 7) for s in d.slots if (s.day, s.start) > (row.day, row.start))
        services.booking_change(booking=row, day=slot.day, start=slot.start, by=BY)
    return {}


def book_remind(application: str, **_: Any) -> Done:
    """The evening before."""
    row = _own(application)
    assert row
    at = dt.datetime.combine(row.day - dt.timedelta(days=1), dt.time(17), clock.JST)
    going, clock.now = clock.now, lambda: at  # as acts.turn_clock turns it
    try:
        while keeping.bookings_remind():
            pass
    finally:
        clock.now = going
    return {}


def book_cancel(application: str, **_: Any) -> Done:
    """Somebody waits for a full day; the booking is given up and the place offered to them."""
    row = _own(application)
    assert row
    other = f"w{_mail(application)}"
    if row.state == State.CONFIRMED and not [w for w in Waiting.objects.filter(day=row.day) if contact_of(w).mail == other]:
        for slot in days.days_of(_service(), row.day, 1)[0].slots:
            services.booking_by_staff(service=_service(), day=slot.day, start=slot.start, contact=_caller(), by="staff:yamada")
        waiting.waiting_join(service=_service(), day=row.day, form={"name": "試用 うめ", "mail": other}, by=BY, owner="", language="ja")
    services.booking_cancel(booking=row, by=BY)
    return {"waits": str(row.day)}


def _caller() -> Any:
    from madoguchi.booking.contact import Contact

    return Contact("試用 次郎", phone="0767000000")


def book_accept(waits: str, **_: Any) -> Done:
    """Who waited takes it."""
    for row in Waiting.objects.filter(day=waits, state="offered"):
        waiting.offer_accept(row=row, by=BY)
    return {}


def book_close(waits: str, **_: Any) -> Done:
    """The day is closed after all: those who come are told; and it is opened again."""
    chief = Staff.objects.get(username="nakamura")
    typed = closures.Typed("", waits, "", "", "", "", "災害のため")
    row = Closure.objects.filter(first=waits).first() or closures.closure_make(actor=chief, section="zeimu", typed=typed, tell=True)[0]
    closures.closure_end(actor=chief, closure_id=row.id)
    return {}


ACTS: dict[str, Callable[..., Done]] = {
    f.__name__: f for f in (book_hold, book_confirm, book_change, book_remind, book_cancel, book_accept, book_close)}


def places() -> list[str]:
    """Bookings without all their cells, cells of nobody, what the record does not say once, mails that were not promised once."""
    out = []
    for row in Booking.objects.all():
        wanted = len(range(row.start, row.start + row.minutes + row.pause, 5)) if row.state in (State.HELD, State.CONFIRMED) else 0
        if row.state in (State.CAME, State.ABSENT):
            continue
        if row.cells.count() != wanted:
            out.append(f"booking {row}: {row.cells.count()} cells of {wanted}")
        said = AuditEntry.objects.filter(chain=f"booking:{row.section}", facts__booking=str(row.id))
        for action, times in (("booking.made", row.state in (State.CONFIRMED, State.CANCELLED)), ("booking.cancelled", row.state == State.CANCELLED)):
            if said.filter(action=action).count() != int(times):
                out.append(f"booking {row} ({row.state}): {said.filter(action=action).count()} times {action}")
        if row.state == State.CONFIRMED and contact_of(row).mail and Mail.objects.filter(key=f"booking:{row.id}:made:0").count() != 1:
            out.append(f"booking {row}: no mail that it was made")
    if Taken.objects.exclude(booking__state__in=[State.HELD, State.CONFIRMED, State.CAME]).exists():
        out.append("cells of a booking that is over")
    if Waiting.objects.filter(state="offered").exclude(booking__state=State.HELD).exists():
        out.append("an offer of nothing")
    return out
