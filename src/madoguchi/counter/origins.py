"""Where an interview was opened from: a called ticket or a booking. Only which one is kept; nothing that is known of a person is taken over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madoguchi.booking.public import setup, staff_booking_get
from madoguchi.identity.public import Staff
from madoguchi.kernel.errors import NotFound
from madoguchi.procedures import public as procedures
from madoguchi.queue.public import seat_name, staff_ticket_get

from .interviewing import fileable, insist
from .staff_errors import OriginNotFound


@dataclass(frozen=True, slots=True)
class Origin:
    """A ticket or booking as the pages of an interview name it. ``slugs`` are what its service names and this clerk's sections handle;
    ``others`` the names of what is another section's, ``barred`` of what the city does not allow here (電子署名の要るもの)."""

    mark: str  # booking:… or ticket:…, as an address and the interview hold it
    words: str
    url: str
    slugs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


def origin_get(*, actor: Staff, mark: str) -> Origin:
    """The one of this mark, in a section of this clerk. Raises OriginNotFound, Forbidden."""
    insist(actor)
    found = re.fullmatch(r"(booking|ticket):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", mark)
    if found is None:
        raise OriginNotFound
    try:
        words, url, service = (_booking if found[1] == "booking" else _ticket)(actor, found[2])
    except NotFound:
        raise OriginNotFound from None
    wanted = {slug: n for n, slug in enumerate(setup().services[service].procedures)} if service in setup().services else {}
    named = sorted((p for p in procedures.catalogue() if p.slug in wanted), key=lambda p: wanted[p.slug])
    there, own = [p for p in named if fileable(p)], set(actor.sections())
    return Origin(mark, words, url, tuple(p.slug for p in there if p.definition.section in own),
                  tuple(str(p.definition.name) for p in there if p.definition.section not in own),
                  tuple(str(p.definition.name) for p in named if not fileable(p)))


def origin_of(*, actor: Staff, mark: str) -> Origin | None:
    """The same for a link back: None when it is over, forgotten, or now another section's. Raises Forbidden."""
    try:
        return origin_get(actor=actor, mark=mark) if mark else None
    except OriginNotFound:
        return None


def _booking(actor: Staff, booking_id: str) -> tuple[str, str, str]:
    row = staff_booking_get(actor=actor, booking_id=booking_id)
    return f"予約 {row.number}", f"/staff/booking/b/{row.id}/", row.service


def _ticket(actor: Staff, ticket_id: str) -> tuple[str, str, str]:
    """To the counter at which it is called, where it is finished; else its own page."""
    row = staff_ticket_get(actor=actor, ticket_id=ticket_id)
    if row.state == "called" and row.seat is not None:
        return f"番号札 {row}({seat_name(row.counter, row.seat)})", f"/staff/queue/desk/{row.counter}/{row.seat}/", row.service
    return f"番号札 {row}", f"/staff/queue/ticket/{row.id}/", row.service
