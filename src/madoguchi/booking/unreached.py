"""Bookings whose mail no mailbox took: their persons know nothing of it, so that somebody has to telephone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.notifications.public import mails_refused, mails_settle

from .codes import chain
from .models import Booking
from .rules import State
from .selectors import section_require

PREFIX = "booking:"  # mails.send
SAID = {"made": "予約の控え", "changed": "日時の変更", "cancelled": "取消し", "remind": "前の日のお知らせ", "shut": "窓口を開けられないこと",
        "off": "窓口を開けられず、取り消したこと", "moved": "場所か持ち物の変更"}


@dataclass(frozen=True, slots=True)
class Unreached:
    """A booking and what its person was not told of, oldest first."""

    booking: Booking
    said: tuple[str, ...]


def unreached_list(*, actor: Staff, section: str) -> list[Unreached]:
    """Bookings of a section, from today on, with mails that were refused and that nobody has told in another way. Raises BookingNotFound."""
    section_require(actor=actor, section=section)
    kinds: dict[str, list[str]] = {}
    for key in mails_refused(PREFIX):
        _, booking, kind, _ = key.split(":")
        kinds.setdefault(booking, []).append(kind)
    rows = Booking.objects.filter(id__in=kinds, section=section, day__gte=clock.today(), state__in=[State.CONFIRMED, State.CANCELLED])
    return [Unreached(row, tuple(dict.fromkeys(SAID[k] for k in kinds[str(row.id)] if k in SAID))) for row in rows.order_by("day", "start", "id")]


@transaction.atomic(durable=True)
def booking_told(*, actor: Staff, booking: Booking) -> int:
    """Its person was told by telephone. Returns of how many mails; twice is once. Raises BookingNotFound."""
    section_require(actor=actor, section=booking.section)
    count = mails_settle(mails_refused(f"{PREFIX}{booking.id}:"))
    if count:
        audit.record(actor.actor, "booking.told", chain=chain(booking.section), facts={"booking": str(booking.id), "mails": count})
    return count
