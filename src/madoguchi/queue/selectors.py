"""Readers. A ticket opens for whoever has its address; what staff see belongs to their sections."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q

from madoguchi.booking.public import Booking, Counter, bookings_of, setup
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.offices.public import city as our_city

from . import city
from .codes import secret_digest
from .errors import KioskNotFound, TicketNotFound
from .models import DayFigure, Kiosk, Ticket
from .rules import State
from .staff_errors import DeskNotFound


def ticket_get(ticket_id: str) -> Ticket:
    """A ticket by its address, which cannot be guessed. Raises TicketNotFound."""
    row = Ticket.objects.filter(id=ticket_id).first()
    if row is None:
        raise TicketNotFound
    return row


def kiosk_by_secret(secret: str) -> Kiosk:
    """A device by its address. Raises KioskNotFound."""
    row = Kiosk.objects.filter(secret=secret_digest(secret), ended_at=None).first()
    if row is None:
        raise KioskNotFound
    return row


def kiosk_sections(kiosk: Kiosk) -> list[str]:
    """The sections whose tickets a device gives."""
    return city.sections() if kiosk.everywhere else [our_city().doing(kiosk.section)]


def checking_in(kiosk: Kiosk) -> list[str]:
    """The sections whose bookings a device takes: also of those that give no tickets."""
    return sorted({s.section for s in setup().services.values()}) if kiosk.everywhere else [our_city().doing(kiosk.section)]


def came_get(*, sections: list[str], booking_id: str) -> Booking | None:
    """Who has just come, for the page of a device that takes these sections; None for what is not of today or not of them."""
    rows = (row for section in sections for row in bookings_of(section, clock.today()))
    return next((row for row in rows if str(row.id) == booking_id and row.state == "came"), None)


def sections_of(*, actor: Staff) -> list[str]:
    """The sections of this person that have tickets."""
    known = city.sections()
    return [s for s in actor.sections() if s in known and actor.may(Right.WORK_CASES, s)]


def section_require(*, actor: Staff, section: str) -> None:
    """Raises DeskNotFound for a section that is not this person's."""
    if section not in sections_of(actor=actor):
        raise DeskNotFound


def desk_get(*, actor: Staff, counter: str, seat: int) -> Counter:
    """The counter of a seat of this person's sections. Raises DeskNotFound."""
    found = next((c for s in sections_of(actor=actor) for c in city.counters_of(s) if c.key == counter), None)
    if found is None or not 0 <= seat < found.seats:
        raise DeskNotFound
    return found


def staff_ticket_get(*, actor: Staff, ticket_id: str) -> Ticket:
    """A ticket of today in this person's sections, or one that they have just sent elsewhere. Raises DeskNotFound."""
    try:
        row = Ticket.objects.filter(id=UUID(ticket_id), day=clock.today()).first()
    except ValueError:
        row = None
    if row is None or not {row.section, (row.before or {}).get("section")} & set(sections_of(actor=actor)):
        raise DeskNotFound
    return row


def called_at(counter: str, seat: int) -> Ticket | None:
    """Whom a seat has called."""
    return Ticket.objects.filter(day=clock.today(), counter=counter, seat=seat, state=State.CALLED).first()


def put_aside(section: str) -> list[Ticket]:
    """Today's that are held, or did not come."""
    rows = Ticket.objects.filter(day=clock.today(), section=section, state__in=[State.HELD, State.ABSENT])
    return list(rows.order_by("called_at"))


def just_done(counter: str, seat: int) -> list[Ticket]:
    """What a seat did last, to take back a wrong press; what it sent elsewhere is among it until somebody there does anything."""
    here = Q(counter=counter, seat=seat) | Q(before__counter=counter, before__seat=seat)
    rows = Ticket.objects.filter(here, day=clock.today(), before__isnull=False).exclude(state=State.CALLED)
    return list(rows.order_by("-acted_at", "-number")[:5])


def kiosk_list(*, actor: Staff, section: str) -> list[Kiosk]:
    """The devices of a section, those that were ended last. Raises DeskNotFound."""
    section_require(actor=actor, section=section)
    return list(Kiosk.objects.filter(section__in=our_city().kept_as(section)).order_by(F("ended_at").desc(nulls_first=True), "-made_at")[:50])


def kiosk_get(*, actor: Staff, kiosk_id: int) -> Kiosk:
    """One. Raises DeskNotFound."""
    row = Kiosk.objects.filter(id=kiosk_id).first()
    if row is None or our_city().doing(row.section) not in sections_of(actor=actor):
        raise DeskNotFound
    return row


def figure_list(*, actor: Staff, section: str) -> list[DayFigure]:
    """What the last days were like. Raises DeskNotFound."""
    section_require(actor=actor, section=section)
    return list(DayFigure.objects.filter(section__in=our_city().kept_as(section)).order_by("-day", "service")[:120])


def may_queue(user: object) -> bool:
    """Has this person counters with tickets? A wrong file of the city hides none of the other pages."""
    try:
        return isinstance(user, Staff) and bool(sections_of(actor=user))
    except DomainError:
        return isinstance(user, Staff)


def queue_there() -> bool:
    """Does the city give tickets at all?"""
    try:
        return bool(city.sections())
    except DomainError:
        return False
