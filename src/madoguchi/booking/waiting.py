"""キャンセル待ち: who waits for a full day is offered what becomes free, one after the other, by mail and for some hours.

An offer is a hold with a longer time: the place is theirs until then, and nobody has to sweep for it to end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.offices.public import city

from . import claims, days, mails, rules
from .codes import chain, whose_link
from .contact import contact_of, contact_typed, sealed
from .errors import BookingNotFound, FormWrong, HoldOver, SlotTaken
from .making import booking_new, confirm_in
from .models import Booking, Waiting, moment
from .rules import State
from .setup import Service, setup

OPEN = ("waiting", "offered")
AT_ONCE = 200


def waiting_open(link: str) -> Waiting:
    """Whose the link in a mail is. Raises BookingNotFound."""
    key = whose_link(link)
    row = Waiting.objects.filter(id=key).select_related("booking").first() if key else None
    if row is None:
        raise BookingNotFound
    return row


@transaction.atomic(durable=True)
def waiting_join(*, service: Service, day: dt.date, form: Mapping[str, str], by: str, owner: str, language: str,
                 about: str = "") -> Waiting:
    """Wait for a day that is full. Raises FormWrong; NotFound for a day that one cannot wait for."""
    contact = contact_typed(form, mail_needed=True)
    if not days.days_of(service, day, 1)[0].full:
        raise SlotTaken
    for other in Waiting.objects.filter(service=service.key, day=day, state__in=OPEN):
        if contact_of(other).mail == contact.mail:
            raise FormWrong([("mail", say("このメールアドレスで、この日の空きをもう待っています。届いたメールから確認してください。"))])
    row = Waiting.objects.create(service=service.key, section=service.section, day=day, owner=owner, language=language, about=about,
                                 created_at=clock.now())
    row.sealed = sealed(contact, row)
    row.save(update_fields=["sealed"])
    mails.send_waiting(row, contact, "waiting")
    audit.record(by, "booking.waiting", chain=chain(row.section), facts={"waiting": row.id, "service": row.service, "day": str(day)})
    return row


def _locked(row: Waiting) -> Waiting:
    found = Waiting.objects.select_for_update().filter(id=row.id).first()
    if found is None:
        raise BookingNotFound
    return found


@transaction.atomic(durable=True)
def waiting_leave(*, row: Waiting, by: str) -> None:
    """Wait no more; what was offered goes to the next. Twice is once."""
    claims.section_lock(row.section)
    found = _locked(row)
    if found.state not in OPEN:
        return
    _over(found, by, "left")
    offers_make(found.section, found.day)


def _offered(row: Waiting) -> Booking | None:
    """What is held for who waits, locked."""
    return Booking.objects.select_for_update().filter(id=row.booking_id).first() if row.booking_id else None


def _over(row: Waiting, by: str, why: str) -> None:
    held = _offered(row)
    if held is not None and held.state == State.HELD:
        claims.lapse(held)
    Waiting.objects.filter(id=row.id).update(state="over", sealed=None, booking=None)
    audit.record(by, "booking.waiting_over", chain=chain(row.section), facts={"waiting": row.id, "why": why})


def hold_end(held: Booking) -> None:
    """A hold that can not be kept is given back, in the caller's transaction and under its locks; whoever was offered it waits on in their
    place."""
    claims.lapse(held)
    Waiting.objects.filter(booking=held, state="offered").update(state="waiting", booking=None)


@transaction.atomic(durable=True)
def offer_accept(*, row: Waiting, by: str) -> tuple[Booking, str]:
    """Take what was offered; with the code of the booking. Raises HoldOver, TooManyBookings, BookedAlready."""
    found = _locked(row)
    held = _offered(found)
    if held is None:
        raise HoldOver
    if held.state == State.CONFIRMED:
        return held, ""
    if found.state != "offered" or held.state != State.HELD or held.held_until is None or held.held_until <= clock.now():
        raise HoldOver
    Waiting.objects.filter(id=found.id).update(state="booked", sealed=None)
    return held, confirm_in(held, by=by)


def offers_make(section: str, day: dt.date) -> int:
    """Offer what is free on a day to those who wait for it, in the order in which they came; in the caller's transaction. Services that
    share a counter are looked at together. Returns how many were offered a place."""
    made = 0
    claims.section_lock(section)
    waits = Waiting.objects.filter(section__in=city().kept_as(section), day=day, state="waiting")
    for row in waits.select_for_update(skip_locked=True).order_by("id"):
        made += _offer(row)
    return made


def _offer(row: Waiting) -> bool:
    service = setup().services.get(row.service)
    if service is None:
        return False
    for slot in days.days_of(service, row.day, 1)[0].slots:
        last = moment(row.day, slot.start) - dt.timedelta(hours=service.lead)
        last = min(last, service.until) if service.until else last
        until = rules.offer_ends(clock.now(), last)
        if until is None:
            continue
        contact = contact_of(row)
        held = booking_new(service, owner=row.owner, language=row.language, about=row.about, held_until=until)
        try:
            claims.claim(held, service, row.day, slot.start)
        except SlotTaken:
            held.delete()
            continue
        held.sealed = sealed(contact, held)
        held.save()
        row.state, row.booking, row.offers, row.told_at = "offered", held, row.offers + 1, None
        row.save(update_fields=["state", "booking", "offers", "told_at"])
        _told(row, held)
        audit.record("system", "booking.offered", chain=chain(row.section), facts={"waiting": row.id, "booking": str(held.id)})
        failpoints.hit("booking.offer.before_commit")
        return True
    return False


def _told(row: Waiting, held: Booking) -> None:
    """The mail about an offer, in the caller's transaction; at night it waits for the morning (the hours of the night do not count)."""
    if not rules.awake(clock.now()):
        return
    mails.send_waiting(row, contact_of(row), "offer", held)
    row.told_at = clock.now()
    row.save(update_fields=["told_at"])


@transaction.atomic(durable=True)
def _tell(key: int) -> None:
    row = Waiting.objects.select_for_update().filter(id=key, state="offered", told_at=None).first()
    held = _offered(row) if row is not None else None
    if row is not None and held is not None and held.state == State.HELD:
        _told(row, held)


def offers_sweep() -> int:
    """Offers that were not taken in time are over and the next is asked; who was offered a place at night is told in the morning; days that
    are past are waited for no more. Safe to run at any moment, by any number of workers. Returns how many places were offered."""
    now, made = clock.now(), 0
    rows = Waiting.objects.filter(state__in=OPEN)
    for row in rows.filter(day__lt=now.date())[:AT_ONCE]:
        _end(row, "past")
    for row in rows.filter(state="offered").exclude(booking__state=State.HELD, booking__held_until__gt=now)[:AT_ONCE]:
        _end(row, "late")
    for key in rows.filter(state="offered", told_at=None).values_list("id", flat=True)[:AT_ONCE] if rules.awake(now) else ():
        _tell(key)
    for section, day in sorted(set(rows.filter(state="waiting", day__gte=now.date()).values_list("section", "day")))[:AT_ONCE]:
        with transaction.atomic(durable=True):
            made += offers_make(section, day)
    return made


@transaction.atomic(durable=True)
def _end(row: Waiting, why: str) -> None:
    try:
        found = _locked(row)
    except NotFound:
        return
    held = found.booking
    if found.state not in OPEN or (why == "late" and held and held.held_until and held.state == State.HELD and held.held_until > clock.now()):
        return
    _over(found, "system", why)
