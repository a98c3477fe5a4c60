"""Taking and giving back cells. The unique key of `Taken` decides; nothing here trusts what was read before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import IntegrityError, connection, transaction

from madoguchi.kernel import audit, clock
from madoguchi.offices.public import city

from . import days
from .codes import chain
from .days import Place
from .errors import BookedAlready, Overlaps, SlotTaken, TooManyBookings
from .models import Booking, PersonMark, Taken
from .rules import Act, State, after, cells
from .setup import Service, setup


def lock(what: str) -> None:
    """Serialise until commit. SQLite writes are serial already (BEGIN IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"booking:{what}"])


def section_lock(section: str) -> None:
    """For whoever takes or frees places of a section: first of all locks, before rows, persons and the record. Rows of others are then
    only taken where nobody works on them (skip_locked), so that nobody waits in a ring."""
    lock(f"section:{city().doing(section)}")


def claim(booking: Booking, service: Service, day: dt.date, start: int, *, staff: bool = False) -> None:
    """Seat a booking, in the caller's transaction; what it had before is given back once it has the new. Raises SlotTaken."""
    section_lock(service.section)  # a closure that is being entered at this moment is waited for, and waits for us
    for place in days.places(service, day, start, staff=staff, but=booking):
        if seat(booking, place, day, start, service.minutes, service.pause):
            return
    raise SlotTaken


def seat(booking: Booking, place: Place, day: dt.date, start: int, minutes: int, pause: int) -> bool:
    """Take the cells of one seat and let go of all others. False when somebody was faster."""
    wanted = set(cells(start, minutes, pause))
    lapse_expired(place, day, wanted)
    here = {"counter": place.counter, "seat": place.seat, "day": day}
    own = set(booking.cells.filter(**here).values_list("cell", flat=True))
    try:
        with transaction.atomic():
            Taken.objects.bulk_create([Taken(**here, cell=cell, booking=booking) for cell in sorted(wanted - own)])
    except IntegrityError:
        return False
    booking.cells.exclude(**here, cell__in=wanted).delete()
    booking.counter, booking.seat, booking.day, booking.start, booking.minutes, booking.pause = place.counter, place.seat, day, start, minutes, pause
    return True


def lapse_expired(place: Place, day: dt.date, wanted: Iterable[int]) -> None:
    """Holds that have run out give these cells back. The row is locked and looked at again: who confirms in the last moment keeps it."""
    rows = Taken.objects.filter(counter=place.counter, seat=place.seat, day=day, cell__in=list(wanted)).filter(days.expired())
    for key in sorted(set(rows.values_list("booking_id", flat=True))):
        row = Booking.objects.select_for_update(skip_locked=True).filter(id=key, state=State.HELD, held_until__lte=clock.now()).first()
        if row is not None:
            lapse(row)


def lapse(row: Booking) -> None:
    """A hold is over: its cells and what was typed go. The caller holds its lock."""
    Booking.objects.filter(id=row.id).update(state=State.LAPSED, sealed=None, owner="")
    row.cells.all().delete()
    row.marks.all().delete()


def about_free(about: str) -> None:
    """Make room for a booking for a thing that has one at most: a hold for it is given back, one whose day went by unmarked was missed.
    The caller holds the section's lock. Raises BookedAlready."""
    for row in Booking.objects.select_for_update().filter(about=about, state__in=[State.HELD, State.CONFIRMED]).order_by("id"):
        if row.state == State.HELD:
            lapse(row)
        elif row.day < clock.today():
            row.state, row.changed_at = after(row.state, Act.MISS) or row.state, clock.now()
            row.save(update_fields=["state", "changed_at"])
            audit.record("system", "booking.missed", chain=chain(row.section), facts={"booking": str(row.id)})
        else:
            raise BookedAlready


def about_only(row: Booking) -> None:
    """Two browsers confirm holds for one thing: the second is told. Raises BookedAlready."""
    lock(f"about:{row.about}")
    if Booking.objects.filter(about=row.about, state=State.CONFIRMED).exclude(id=row.id).exists():
        raise BookedAlready


def marks_put(booking: Booking, service: Service, marks: Iterable[str], *, limited: bool = True, own: Collection[str] = ()) -> None:
    """Count a booking for its person. Two at the same moment queue here. ``own``: bookings that who asks has shown to be theirs. Raises
    TooManyBookings, Overlaps."""
    if limited:
        overlap_refuse(booking, marks, own)
    for who in sorted(marks):
        lock(f"person:{who}")
        others = PersonMark.objects.filter(who=who, booking__service=service.key, booking__state=State.CONFIRMED,
                                           booking__day__gte=clock.today()).exclude(booking=booking)
        if limited and others.count() >= service.limit:
            raise TooManyBookings
    PersonMark.objects.bulk_create([PersonMark(who=who, booking=booking) for who in sorted(marks)], ignore_conflicts=True)


def overlap_refuse(booking: Booking, marks: Iterable[str], own: Collection[str] = ()) -> None:
    """The same person is not at another service at that time (of one service a family may take several seats, and what is booked for one
    thing of its own is counted by that). Two at the same moment queue here. Raises Overlaps."""
    for who in sorted(marks):
        lock(f"person:{who}")
    known = setup().services
    others = Booking.objects.filter(marks__who__in=list(marks), day=booking.day, state=State.CONFIRMED, about="").exclude(
        service=booking.service).exclude(id=booking.id)
    for other in others.order_by("start", "id"):
        if other.start < booking.start + booking.minutes and booking.start < other.start + other.minutes:
            theirs = str(other.id) in own or (other.owner and other.owner == booking.owner)
            name = known[other.service].name if other.service in known else ""
            raise Overlaps.own(str(name), other.at, other.number) if theirs else Overlaps
