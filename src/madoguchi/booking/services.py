"""Writers: hold a slot, say who comes, confirm, change, cancel, mark who came. The caller has got the row by a selector."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace

from django.db import transaction

from madoguchi.kernel import audit, clock, failpoints

from . import claims, mails, rules, waiting
from .codes import chain
from .contact import Contact, contact_of, contact_typed, sealed
from .errors import BookingOver, FormWrong, HoldOver, TooLate
from .making import booking_new, code_new, confirm_in, facts, locked, moved, service_of
from .models import Booking, Waiting, moment
from .rules import Act, State
from .setup import Service


@transaction.atomic(durable=True)
def hold_make(*, service: Service, day: dt.date, start: int, owner: str, language: str, instead: list[str] | None = None,
              about: str = "") -> Booking:
    """Hold a slot for ten minutes. ``instead``: holds of the same browser, which are given back. ``about``: the one thing that it is
    for; a hold for it elsewhere is given back. Raises SlotTaken, BookedAlready."""
    claims.section_lock(service.section)
    if about:
        claims.about_free(about)
    for row in Booking.objects.select_for_update().filter(id__in=instead or [], state=State.HELD).order_by("id"):
        if not Waiting.objects.filter(booking=row, state="offered").exists():  # an offer is not given back by looking elsewhere
            claims.lapse(row)
    row = booking_new(service, owner=owner, language=language, about=about, held_until=clock.now() + dt.timedelta(minutes=rules.HOLD_MINUTES))
    claims.claim(row, service, day, start)
    row.save()
    return row


def _holds_still(row: Booking) -> None:
    if row.state != State.HELD or row.held_until is None or row.held_until <= clock.now():
        raise HoldOver


@transaction.atomic(durable=True)
def details_set(*, booking: Booking, form: Mapping[str, str]) -> Booking:
    """Who comes, onto a hold. Raises HoldOver, FormWrong."""
    row = locked(booking)
    _holds_still(row)
    row.sealed = sealed(contact_typed(form), row)
    row.save(update_fields=["sealed"])
    return row


@transaction.atomic(durable=True)
def hold_release(*, booking: Booking) -> None:
    """Give a hold back. Twice is once."""
    row = locked(booking)
    if row.state == State.HELD:
        claims.lapse(row)


@transaction.atomic(durable=True)
def booking_confirm(*, booking: Booking, by: str, own: Collection[str] = ()) -> tuple[Booking, str]:
    """Make a hold a booking; with the code to open it, which is shown once. Pressed twice, it is one booking and no second code. ``own``:
    bookings that this browser opens. Raises HoldOver, TooManyBookings, Overlaps, BookedAlready, FormWrong."""
    row = locked(booking)
    if row.state == State.CONFIRMED:
        return row, ""
    _holds_still(row)
    return row, confirm_in(row, by=by, own=own)


def changeable(row: Booking, *, staff: bool = False) -> bool:
    """Can it be changed or cancelled now? By staff as long as nobody has come."""
    if row.state != State.CONFIRMED:
        return False
    last = row.starts_at - dt.timedelta(hours=service_of(row).change)
    return staff or clock.now() <= last


def _changeable(row: Booking, staff: bool) -> None:
    if row.state != State.CONFIRMED:
        raise BookingOver
    if not changeable(row, staff=staff):
        raise TooLate


@transaction.atomic(durable=True)
def booking_change(*, booking: Booking, day: dt.date, start: int, by: str, staff: bool = False, own: Collection[str] = ()) -> Booking:
    """Another time: the new is taken and the old given back at once. Raises SlotTaken, Overlaps, TooLate, BookingOver."""
    claims.section_lock(booking.section)
    row = locked(booking)
    _changeable(row, staff)
    before = facts(row)
    if (row.day, row.start) == (day, start):
        return row
    moved(row, Act.CHANGE)
    old_day = row.day
    claims.claim(row, service_of(row), day, start, staff=staff)
    if not staff and not row.about:
        claims.overlap_refuse(row, list(row.marks.values_list("who", flat=True)), own)
    row.sequence, row.changed_at, row.reminded_at = row.sequence + 1, clock.now(), None
    row.save()
    mails.send(row, contact_of(row), "changed")
    audit.record(by, "booking.changed", chain=chain(row.section), facts=facts(row) | {"before": f"{before['day']} {before['start']}"})
    waiting.offers_make(row.section, old_day)
    failpoints.hit("booking.change.before_commit")
    return row


@transaction.atomic(durable=True)
def booking_cancel(*, booking: Booking, by: str, staff: bool = False) -> Booking:
    """Give it up: the first who waits for that day is offered the place. Raises TooLate, BookingOver."""
    claims.section_lock(booking.section)
    row = locked(booking)
    if row.state == State.CANCELLED:
        return row
    _changeable(row, staff)
    moved(row, Act.CANCEL)
    row.sequence, row.changed_at = row.sequence + 1, clock.now()
    row.save()
    row.cells.all().delete()
    mails.send(row, contact_of(row), "cancelled")
    audit.record(by, "booking.cancelled", chain=chain(row.section), facts=facts(row))
    waiting.offers_make(row.section, row.day)
    failpoints.hit("booking.cancel.before_commit")
    return row


@transaction.atomic(durable=True)
def booking_mark(*, booking: Booking, came: bool, by: str) -> Booking:
    """The person has come, or has not. Only on the day and after it. Raises BookingOver."""
    row = locked(booking)
    if row.state == (State.CAME if came else State.ABSENT):
        return row
    if row.day > clock.today():
        raise BookingOver("来たかどうかは、予約の日から記録できます。")
    moved(row, Act.COME if came else Act.MISS)
    row.changed_at = clock.now()
    row.save(update_fields=["state", "changed_at"])
    audit.record(by, "booking.came" if came else "booking.missed", chain=chain(row.section), facts={"booking": str(row.id)})
    return row


@transaction.atomic(durable=True)
def booking_by_staff(*, service: Service, day: dt.date, start: int, contact: Contact, by: str, about: str = "",
                     language: str = "ja") -> tuple[Booking, str]:
    """A booking for somebody at the telephone or the counter, with its code to be told. Raises SlotTaken, BookedAlready, FormWrong."""
    if not contact.name:
        raise FormWrong([("name", "お名前を入力してください")])
    if about:
        claims.section_lock(service.section)
        claims.about_free(about)
    row = booking_new(service, channel="staff", about=about, language=language, held_until=clock.now() + dt.timedelta(minutes=1))
    claims.claim(row, service, day, start, staff=True)
    row.sealed = sealed(contact, row)
    return row, confirm_in(row, by=by, limited=False)


@transaction.atomic(durable=True)
def code_renew(*, booking: Booking, by: str) -> str:
    """A new code for who has lost theirs; the old one opens nothing any more. Returns it, to be told once. Raises BookingOver."""
    row = locked(booking)
    if row.state != State.CONFIRMED:
        raise BookingOver
    code = code_new(row)
    row.save(update_fields=["code", "code_tries", "code_wrong_at"])
    audit.record(by, "booking.code_renewed", chain=chain(row.section), facts={"booking": str(row.id)})
    return code


@transaction.atomic(durable=True)
def booking_tie(*, booking: Booking, about: str, by: str, name: str = "", language: str = "") -> Booking:
    """It is for another thing than was said (a number mistyped, or known only later), or for none; with the name and language that belong
    to it. Raises BookedAlready where that thing has a booking, BookingOver, FormWrong."""
    claims.section_lock(booking.section)
    row = locked(booking)
    if row.state != State.CONFIRMED:
        raise BookingOver
    before, contact = row.about, contact_of(row)
    contact = replace(contact, name=contact_typed({"name": name or contact.name}, staff=True).name)
    if (before, contact) == (about, contact_of(row)):
        return row
    if about and about != before:
        claims.about_free(about)
        row.about = about
        claims.about_only(row)
    row.about, row.sealed, row.language, row.changed_at = about, sealed(contact, row), language or row.language, clock.now()
    row.save(update_fields=["about", "sealed", "language", "changed_at"])
    audit.record(by, "booking.tied", chain=chain(row.section), of=[contact.name],
                 facts={"booking": str(row.id), "about": about, "before": before})
    return row


def slot_read(text: str) -> tuple[dt.date, int] | None:
    """A slot as forms send it (2026-11-30T9:30); None for what is none."""
    day, _, time = text.partition("T")
    hour, _, minute = time.partition(":")
    try:
        found = dt.date.fromisoformat(day), int(hour) * 60 + int(minute)
        moment(*found)
    except (ValueError, OverflowError):
        return None
    return found if len(text) < 20 and 0 <= found[1] < rules.DAY else None
