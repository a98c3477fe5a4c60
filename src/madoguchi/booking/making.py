"""The life of a row, for the writers: made, locked, confirmed. Everything in the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction

from madoguchi.kernel import audit, clock, failpoints

from . import claims, mails, rules
from .codes import chain, code_digest
from .contact import contact_of, contact_typed, marks_of
from .errors import BookingNotFound, BookingOver, ServiceNotFound, SlotTaken
from .models import Booking, Waiting
from .rules import Act
from .setup import Service, setup


def service_of(row: Booking | Waiting) -> Service:
    """What was booked, as the city pack has it now. Raises ServiceNotFound."""
    found = setup().services.get(row.service)
    if found is None:
        raise ServiceNotFound
    return found


def locked(row: Booking) -> Booking:
    """The row as it stands, until commit. Raises BookingNotFound."""
    found = Booking.objects.select_for_update().filter(id=row.id).first()
    if found is None:
        raise BookingNotFound
    return found


def moved(row: Booking, act: Act) -> None:
    """Let it happen. Raises BookingOver."""
    state = rules.after(row.state, act)
    if state is None:
        raise BookingOver
    row.state = state


def booking_new(service: Service, **values: Any) -> Booking:
    """A row with a number that nobody has, in the caller's transaction; it takes no place yet."""
    now = clock.now()
    for _ in range(8):
        try:
            with transaction.atomic():
                return Booking.objects.create(
                    number=rules.number_made(secrets.randbelow(10_000_000)), service=service.key, section=service.section, counter="", seat=0,
                    day=now.date(), start=0, minutes=service.minutes, pause=service.pause, created_at=now, changed_at=now, **values)
        except IntegrityError:
            continue
    raise SlotTaken


def confirm_in(row: Booking, *, by: str, limited: bool = True, own: Collection[str] = ()) -> str:
    """As booking_confirm, in the caller's transaction, on a locked row. Returns the code."""
    contact = contact_of(row)
    if not contact.name:
        contact_typed({})  # says what is missing
    moved(row, Act.CONFIRM)
    if row.about:
        claims.about_only(row)
    claims.marks_put(row, service_of(row), marks_of(contact, row.owner), limited=limited and not row.about, own=own)
    code = code_new(row)
    row.held_until, row.changed_at = None, clock.now()
    row.save()
    mails.send(row, contact, "made")
    audit.record(by, "booking.made", chain=chain(row.section), facts=facts(row), of=[contact.name, contact.mail, contact.phone])
    failpoints.hit("booking.confirm.before_commit")
    return code


def code_new(row: Booking) -> str:
    """Another code for a booking, on the row, which is not saved yet. Returns what is shown once."""
    code = f"{secrets.randbelow(100_000_000):08d}"
    row.code, row.code_tries, row.code_wrong_at = code_digest(row.number, code), 0, None
    return code


def facts(row: Booking) -> dict[str, Any]:
    """What the record says of a booking: when and where, nobody's name."""
    found = {"booking": str(row.id), "service": row.service, "day": str(row.day), "start": row.start, "counter": row.counter, "channel": row.channel}
    return found | ({"about": row.about} if row.about else {})
