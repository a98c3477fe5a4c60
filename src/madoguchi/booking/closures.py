"""Times that staff close (会議, 職員の不在, 災害): entered with a reason, ended early, and told to those whose booking they hit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.offices.public import city
from madoguchi.web.typed import day_typed, number_typed

from . import claims, days, mails
from .codes import chain
from .contact import contact_of
from .errors import FormWrong
from .models import Booking, Closure, moment
from .rules import CELL, DAY, State, minute_typed
from .selectors import closure_get, section_require
from .setup import setup
from .waiting import hold_end, offers_make

REASON_MOST, DAYS_MOST = 100, 366


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a closure, as typed."""

    counter: str
    first: str
    last: str
    start: str
    end: str
    seats: str
    reason: str


def _time(text: str, empty: int) -> int:
    return minute_typed(text) if text.strip() else empty


def closure_read(section: str, typed: Typed, by: str) -> Closure:
    """What was typed, as a row that is not stored yet. Raises FormWrong."""
    first, last = day_typed(typed.first), day_typed(typed.last or typed.first)
    start, end = _time(typed.start, 0), _time(typed.end, DAY)
    seats, reason = number_typed(typed.seats or "0", 2), typed.reason.strip()
    counters = {c.key: c for c in setup().counters.values() if c.section == section}
    most = counters[typed.counter].seats if typed.counter in counters else 0
    faults = []
    if typed.counter and typed.counter not in counters:
        faults.append(("counter", "窓口を一覧から選んでください"))
    if first is None or first < clock.today():
        faults.append(("first", "始まりの日は、今日からの日付にしてください"))
    if last is None or (first and not 0 <= (last - first).days < DAYS_MOST):
        faults.append(("last", "終わりの日は、始まりの日から1年以内の日付にしてください"))
    if start < 0:
        faults.append(("start", f"時刻は 9:00 の形で、{CELL}分きざみにしてください。一日中のときは空けてください"))
    if end < 0 or (start >= 0 and end <= start):
        faults.append(("end", f"終わりの時刻は、始まりより後の {CELL}分きざみにしてください。一日中のときは空けてください"))
    if not 0 <= seats <= most and seats != 0:
        told = f"減らす席の数は、その窓口の席の数({most})までにしてください" if most else "席の数を減らすときは、先に窓口を一つ選んでください"
        faults.append(("seats", f"{told}。すべて止めるときは空けてください"))
    if not 2 <= len(reason) <= REASON_MOST:
        faults.append(("reason", f"理由を{REASON_MOST}字までで入力してください(例: 職員の研修)。人の名前は書かないでください"))
    if faults or first is None or last is None:
        raise FormWrong(faults)
    return Closure(section=section, counter=typed.counter, first=first, last=last, start=start, end=end, seats=seats, reason=reason,
                   made_by=by, made_at=clock.now())


def bookings_in(row: Closure) -> list[Booking]:
    """Bookings to come that lie in the time of a closure, hit or not."""
    found = Booking.objects.filter(section__in=city().kept_as(row.section), state=State.CONFIRMED,
                                   day__range=(max(row.first, clock.today()), row.last))
    if row.counter:
        found = found.filter(counter=row.counter)
    return [b for b in found.order_by("day", "start", "counter", "seat")
            if b.start < row.end and row.start < b.start + b.minutes and b.starts_at > clock.now()]


def hits(row: Closure) -> list[Booking]:
    """Bookings that lie in it and have no open seat."""
    return days.shut_out(bookings_in(row))


def shut_out(section: str) -> list[Booking]:
    """All bookings to come of a section at times at which its counters are not open, whatever closed them; the caller has asked who may."""
    rows = Booking.objects.filter(section__in=city().kept_as(section), state=State.CONFIRMED, day__gte=clock.today())
    rows = rows.order_by("day", "start", "counter", "seat")
    return [b for b in days.shut_out(rows) if b.starts_at > clock.now()]


@transaction.atomic(durable=True)
def closure_make(*, actor: Staff, section: str, typed: Typed, tell: bool) -> tuple[Closure, int, int, list[Booking]]:
    """Close a time. A booking on a seat that is closed moves to another seat at the same time where there is room, at its counter or at
    another one of its service; who has to go to another place is told by mail. The others are hit, and with ``tell`` those with a mail
    address are told. Returns the closure, how many are hit and how many told of it, and who has to go elsewhere. Raises FormWrong."""
    section_require(actor=actor, section=section)
    row = closure_read(section, typed, actor.actor)
    claims.section_lock(section)  # nobody books between the closing and the look at what it hits
    row.save()
    _holds_end(row)
    moved = [booking for booking in hits(row) if reseat(booking) and _moved(booking, actor.actor)]
    hit, told = hits(row), 0
    for booking in hit if tell else []:
        told += mails.send(booking, contact_of(booking), "shut")
    audit.record(actor.actor, "booking.closed", chain=chain(section), facts={
        "closure": row.id, "counter": row.counter, "first": str(row.first), "last": str(row.last), "start": row.start, "end": row.end,
        "seats": row.seats, "reason": row.reason, "hit": len(hit), "told": told, "moved": len(moved)})
    failpoints.hit("booking.closure.before_commit")
    return row, len(hit), told, moved


def _moved(booking: Booking, by: str) -> bool:
    """Does its person have to go somewhere else? To another counter a calendar reads the place again (sequence) and the record says so; a
    mail goes out where the place as it is shown is another one. Another seat of the same counter is nothing to be told of."""
    was, known = booking.counter, setup().counters
    booking.refresh_from_db()
    if booking.counter == was:
        return False
    booking.sequence, booking.changed_at = booking.sequence + 1, clock.now()
    booking.save(update_fields=["sequence", "changed_at"])
    elsewhere = was not in known or known[was].place != known[booking.counter].place
    if elsewhere:
        mails.send(booking, contact_of(booking), "moved")
    audit.record(by, "booking.moved", chain=chain(booking.section), facts={"booking": str(booking.id), "counter": booking.counter, "before": was})
    return elsewhere


def _holds_end(row: Closure) -> None:
    """What is only held moves to another seat or is given back before it is confirmed; whoever was offered it waits on. Who confirms at this
    very moment is waited for, and is hit as any other booking."""
    held = Booking.objects.select_for_update().filter(section__in=city().kept_as(row.section), state=State.HELD,
                                                      day__range=(row.first, row.last)).order_by("id")
    for booking in days.shut_out(held):
        reseat(booking)
        booking.refresh_from_db()
        if days.shut_out([booking]):
            hold_end(booking)


def reseat(booking: Booking) -> bool:
    """Onto another open seat at its own time, at its counter or at another one of its service. Was there one?"""
    row = Booking.objects.select_for_update().get(id=booking.id)
    for free in days.places_for(row):
        if claims.seat(row, free, row.day, row.start, row.minutes, row.pause):
            row.save(update_fields=["counter", "seat"])
            return True
    return False


@transaction.atomic(durable=True)
def closure_end(*, actor: Staff, closure_id: int) -> Closure:
    """Open the time again; those who wait for these days are offered it. Twice is once. Raises BookingNotFound."""
    row = closure_get(actor=actor, closure_id=closure_id)
    claims.section_lock(row.section)
    if Closure.objects.filter(id=row.id, ended_at=None).update(ended_at=clock.now(), ended_by=actor.actor):
        audit.record(actor.actor, "booking.opened", chain=chain(row.section), facts={"closure": row.id})
        for n in range((row.last - row.first).days + 1):
            offers_make(row.section, row.first + dt.timedelta(days=n))
    row.refresh_from_db()
    return row


def span_words(row: Closure) -> str:
    """The hours of a closure in words."""
    if (row.start, row.end) == (0, DAY):
        return "一日中"
    return f"{moment(row.first, row.start):%H:%M}〜{f'{row.end // 60}:{row.end % 60:02d}'}"
