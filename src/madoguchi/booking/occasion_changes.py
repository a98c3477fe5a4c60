"""An occasion gets another place, other hours or other seats: bookings that still fit stay, the others are cancelled, both are told."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from django.db import transaction

from madoguchi.kernel import audit, clock, failpoints

from . import claims, days, mails
from .closures import reseat
from .codes import chain
from .contact import contact_of
from .errors import BookingOver
from .models import Booking, Occasion
from .occasions import called_off, facts, occasion_of, occasion_read
from .rules import Span, State
from .setup import setup
from .waiting import hold_end, offers_make

CHANGED = ("name", "place", "who", "bring", "start", "end", "seats", "until")


@dataclasses.dataclass(slots=True)
class Changed:
    """What a change does to the bookings: told by mail, and to be telephoned."""

    stay: int = 0  # as they are, with nothing to say
    moved_told: int = 0
    moved_silent: int = 0
    off_told: int = 0
    off_silent: int = 0

    @property
    def quiet(self) -> bool:
        """Nobody has to be told anything."""
        return not (self.moved_told or self.moved_silent or self.off_told or self.off_silent)


@transaction.atomic(durable=True)
def occasion_change(*, section: str, key: str, form: Mapping[str, str], by: str, dry_run: bool = False) -> Changed:
    """Change it, for a room above that has asked who may; day, kind and length of a place stay. ``dry_run``: only say what would happen.
    Raises ServiceNotFound, FormWrong, BookingOver."""
    found = occasion_of(section, key)
    claims.section_lock(found.section)  # nobody books between the change and the look at what it does
    row = Occasion.objects.select_for_update().get(id=found.id)
    if row.cancelled_at is not None or row.day < clock.today():
        raise BookingOver("中止したか、終わった窓口は変えられません。")
    fixed = {"day": str(row.day), "minutes": str(row.minutes)}
    typed = occasion_read({**form, **fixed}, section=section, by=by, kind=row.kind, door=row.door, before=row)
    tell = (row.place, row.bring) != (typed.place, typed.bring)
    for column in CHANGED:
        setattr(row, column, getattr(typed, column))
    row.save(update_fields=CHANGED)
    done = _bookings(row, by, tell)
    if dry_run:
        transaction.set_rollback(True)
        return done
    audit.record(by, "booking.occasion_changed", chain=chain(row.section), facts=facts(row) | dataclasses.asdict(done))
    offers_make(row.section, row.day)
    failpoints.hit("booking.occasion.before_commit")
    return done


def _bookings(row: Occasion, by: str, tell: bool) -> Changed:
    done, counter = Changed(), setup().counters[row.key]
    for booking in Booking.objects.select_for_update().filter(service=row.key, state__in=[State.HELD, State.CONFIRMED]).order_by("id"):
        def fits(one: Booking) -> bool:
            return one.seat in days.seats_open(counter, one.day, Span(one.start, one.start + one.minutes))

        if not fits(booking):
            reseat(booking)
            booking.refresh_from_db()
        if booking.state == State.HELD:
            if not fits(booking):
                hold_end(booking)
        elif booking.starts_at <= clock.now():
            done.stay += 1
        elif not fits(booking):
            reached = called_off(booking, by)
            done.off_told, done.off_silent = done.off_told + reached, done.off_silent + (not reached)
        elif tell:
            reached = _moved(booking)
            done.moved_told, done.moved_silent = done.moved_told + reached, done.moved_silent + (not reached)
        else:
            done.stay += 1
    return done


def _moved(booking: Booking) -> bool:
    """Its time stays; a calendar reads the place again (sequence)."""
    booking.sequence, booking.changed_at = booking.sequence + 1, clock.now()
    booking.save(update_fields=["sequence", "changed_at"])
    return mails.send(booking, contact_of(booking), "moved")
