"""Bookings, and places in the waiting list (空き待ち), whose mail no mailbox took: their persons know nothing of it, so that somebody has to
telephone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.notifications.public import mails_refused, mails_settle
from madoguchi.offices.public import city

from .codes import chain
from .contact import Contact, contact_of
from .errors import BookingNotFound
from .models import Booking, Waiting
from .rules import State
from .selectors import section_require
from .waiting import OPEN

PREFIX, WAITING = "booking:", "waiting:"  # mails.send, send_waiting
WAITING_SAID = {"waiting": "空き待ちを受け付けたこと", "offer": "空きが出たこと"}
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
    rows = Booking.objects.filter(id__in=kinds, section__in=city().kept_as(section), day__gte=clock.today(),
                                  state__in=[State.CONFIRMED, State.CANCELLED])
    return [Unreached(row, tuple(dict.fromkeys(SAID[k] for k in kinds[str(row.id)] if k in SAID))) for row in rows.order_by("day", "start", "id")]


@dataclass(frozen=True, slots=True)
class UnreachedWaiting:
    """Somebody who waits for a full day, what they were not told of, and until when a place is held for them."""

    row: Waiting
    contact: Contact
    said: tuple[str, ...]
    held: Booking | None


def waiting_unreached(*, actor: Staff, section: str) -> list[UnreachedWaiting]:
    """Those of a section who still wait, or have an offer, and whose mails were refused. What was offered and ran out is not told any more:
    by then it is offered to the next. Raises BookingNotFound."""
    section_require(actor=actor, section=section)
    kinds: dict[int, list[tuple[str, str]]] = {}
    for key in mails_refused(WAITING):
        _, waiting, kind, offers = key.split(":")
        kinds.setdefault(int(waiting), []).append((kind, offers))
    out, now = [], clock.now()
    rows = Waiting.objects.filter(id__in=kinds, section__in=city().kept_as(section), day__gte=clock.today(), state__in=OPEN).select_related("booking")
    for row in rows.order_by("day", "id"):
        held = row.booking if row.state == "offered" and row.booking and row.booking.held_until and row.booking.held_until > now else None
        said = dict.fromkeys(WAITING_SAID[k] for k, n in kinds[row.id] if k != "offer" or (held is not None and n == str(row.offers)))
        if said:
            out.append(UnreachedWaiting(row, contact_of(row), tuple(said), held))
    return out


@transaction.atomic(durable=True)
def waiting_told(*, actor: Staff, waiting_id: int) -> Waiting:
    """They were told by telephone; twice is once. Raises BookingNotFound."""
    row = Waiting.objects.filter(id=waiting_id).first()
    if row is None:
        raise BookingNotFound
    section_require(actor=actor, section=row.section)
    count = mails_settle(mails_refused(f"{WAITING}{row.id}:"))
    if count:
        audit.record(actor.actor, "booking.told", chain=chain(row.section), facts={"waiting": row.id, "mails": count})
    return row


@transaction.atomic(durable=True)
def booking_told(*, actor: Staff, booking: Booking) -> int:
    """Its person was told by telephone. Returns of how many mails; twice is once. Raises BookingNotFound."""
    section_require(actor=actor, section=booking.section)
    count = mails_settle(mails_refused(f"{PREFIX}{booking.id}:"))
    if count:
        audit.record(actor.actor, "booking.told", chain=chain(booking.section), facts={"booking": str(booking.id), "mails": count})
    return count
