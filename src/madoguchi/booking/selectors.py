"""Readers. A resident opens what is their own or what this browser got by number and code; staff what belongs to their sections."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection

from django.db.models import F

from madoguchi.identity.public import Owner, Right, Staff
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.offices.public import city

from .codes import BOOKED, code_digest, whose_link
from .errors import BookingNotFound, BookingWrong, FormWrong, ServiceNotFound
from .models import Booking, Closure, Waiting
from .rules import TAKING, State, number_typed
from .setup import Service, setup, standing

MAX_TRIES, LOCKED = 8, dt.timedelta(minutes=30)


def services_online() -> list[Service]:
    """What residents can book."""
    return [s for s in setup().services.values() if s.online]


def takes_bookings(section: str = "") -> bool:
    """Can residents book anything, there or anywhere? A wrong file of the city closes none of the other pages."""
    try:
        return any(s.online and (not section or s.section == section) for s in standing().services.values())
    except BookingWrong:
        return False


def bookable() -> frozenset[str]:
    """The services that residents can book; none where the city's file is wrong."""
    try:
        return frozenset(s.key for s in standing().services.values() if s.online)
    except BookingWrong:
        return frozenset()


def service_get(key: str, *, staff: bool = False) -> Service:
    """One service. Raises ServiceNotFound."""
    found = setup().services.get(key)
    if found is None or not (found.online or staff):
        raise ServiceNotFound
    return found


def booking_get(*, owner: Owner | None, booking_id: str, passes: Collection[str] = ()) -> Booking:
    """A booking of who asks, or one that this browser has opened. Raises BookingNotFound."""
    row = Booking.objects.filter(id=booking_id).exclude(state=State.LAPSED).first()
    if row is None or not (booking_id in passes or (owner is not None and row.owner and owner.signed_in and row.owner == owner.key)):
        raise BookingNotFound
    return row


def hold_gone(*, booking_id: str, passes: Collection[str]) -> Booking | None:
    """A hold of this browser that ran out or was given back: it is told so instead of being asked for a number."""
    return Booking.objects.filter(id=booking_id, state=State.LAPSED).first() if booking_id in passes else None


def booking_list(*, owner: Owner) -> list[Booking]:
    """The bookings of a signed-in person that are still to come, and what was lately."""
    if not owner.signed_in:
        return []
    since = clock.today() - dt.timedelta(days=30)
    return list(Booking.objects.filter(owner=owner.key, day__gte=since).exclude(state__in=[State.HELD, State.LAPSED]).order_by("day", "start"))


def waiting_list(*, owner: Owner) -> list[Waiting]:
    """What a signed-in person waits for."""
    if not owner.signed_in:
        return []
    return list(Waiting.objects.filter(owner=owner.key, state__in=["waiting", "offered"]).order_by("day"))


def booking_linked(*, link: str) -> Booking:
    """The booking whose mail carried this link. Raises BookingNotFound."""
    key = whose_link(link, BOOKED)
    row = Booking.objects.filter(id=key).exclude(state__in=[State.HELD, State.LAPSED]).first() if key else None
    if row is None:
        raise BookingNotFound
    return row


def booking_by_code(*, number: str, code: str) -> Booking:
    """Open a booking by its number and code. Raises FormWrong; after eight wrong tries nothing is tried for half an hour, whoever it was
    that guessed (a tenth of a billion codes: nobody gets through by waiting)."""
    row = Booking.objects.filter(number=number_typed(number)).exclude(code="").first()
    digits = "".join(c for c in unicodedata.normalize("NFKC", code) if c.isdigit())
    wrong = FormWrong([("number", say("予約番号か確認番号が違います。予約した直後の画面の番号を確認してください。"))])
    if row is None:
        raise wrong
    full, ends = row.code_tries >= MAX_TRIES, (row.code_wrong_at or row.created_at) + LOCKED
    if full and clock.now() < ends:
        minutes = -(-(ends - clock.now()) // dt.timedelta(minutes=1))
        raise FormWrong([("number", say(
            "確認番号のまちがいが続いたため、あと{minutes}分は番号で開けません。届いたメールのリンクからは開けます。お急ぎのときは、担当課にお電話ください。",
            minutes=minutes))])
    if code_digest(row.number, digits) != row.code:
        Booking.objects.filter(id=row.id).update(code_tries=1 if full else F("code_tries") + 1, code_wrong_at=clock.now())
        raise wrong
    Booking.objects.filter(id=row.id).update(code_tries=0)
    return row


def sections_of(*, actor: Staff) -> list[str]:
    """The sections of this person that have counters."""
    with_counters = {c.section for c in standing().counters.values()}
    return [s for s in actor.sections() if s in with_counters]


def section_require(*, actor: Staff, section: str) -> None:
    """Raises BookingNotFound for a section that is not this person's."""
    if city().doing(section) not in sections_of(actor=actor) or not actor.may(Right.WORK_CASES, section):
        raise BookingNotFound


def may_book(user: object) -> bool:
    """Has this person bookings to see? A wrong file of the city hides none of the other pages."""
    try:
        return isinstance(user, Staff) and bool(sections_of(actor=user))
    except BookingWrong:
        return isinstance(user, Staff)


def staff_booking_get(*, actor: Staff, booking_id: str) -> Booking:
    """A booking of this person's sections. Raises BookingNotFound."""
    row = Booking.objects.filter(id=booking_id).exclude(state__in=[State.HELD, State.LAPSED]).first()
    if row is None:
        raise BookingNotFound
    section_require(actor=actor, section=row.section)
    return row


def day_list(*, actor: Staff, section: str, day: dt.date) -> list[Booking]:
    """The bookings of a section on a day, those cancelled among them. Raises BookingNotFound."""
    section_require(actor=actor, section=section)
    return bookings_of(section, day)


def bookings_of(section: str, day: dt.date) -> list[Booking]:
    """As day_list, for a room above that has asked who may."""
    rows = Booking.objects.filter(section__in=city().kept_as(section), day=day).exclude(state__in=[State.HELD, State.LAPSED])
    return list(rows.order_by("counter", "start", "seat"))


def bookings_named(section: str, ids: Collection[str]) -> list[Booking]:
    """These of a section, for a page that has asked who may; what is no booking is left out."""
    wanted = [key for key in ids if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key)]
    rows = Booking.objects.filter(id__in=wanted, section__in=city().kept_as(section), state=State.CONFIRMED)
    return list(rows.order_by("day", "start", "counter", "seat"))


def booked_about(things: Collection[str]) -> dict[str, Booking]:
    """The bookings to come (or of today) for things of a room above, which has asked who may."""
    rows = Booking.objects.filter(about__in=things, state=State.CONFIRMED, day__gte=clock.today())
    return {row.about: row for row in rows}


def booking_by_number(section: str, number: str) -> Booking | None:
    """A booking that still counts, by its number as typed or read from a picture; for the check-in of a section."""
    rows = Booking.objects.filter(section__in=city().kept_as(section), number=number_typed(number), state__in=TAKING)
    return rows.exclude(state=State.HELD).first()


def staff_booking_by_number(*, actor: Staff, number: str) -> Booking | None:
    """The same among all sections of this person."""
    return next((row for s in sections_of(actor=actor) if (row := booking_by_number(s, number))), None)


def closure_list(*, actor: Staff, section: str) -> list[Closure]:
    """What is or was closed: all that is not over, and the last fifty that are. Raises BookingNotFound."""
    section_require(actor=actor, section=section)
    rows = Closure.objects.filter(section__in=city().kept_as(section))
    today = clock.today()
    return [*rows.filter(ended_at=None, last__gte=today).order_by("first", "id"),
            *rows.exclude(ended_at=None, last__gte=today).order_by("-last", "-id")[:50]]


def closure_get(*, actor: Staff, closure_id: int) -> Closure:
    """One. Raises BookingNotFound."""
    row = Closure.objects.filter(id=closure_id).first()
    if row is None or city().doing(row.section) not in sections_of(actor=actor):
        raise BookingNotFound("この受付の停止は見つかりませんでした。一覧を確認してください。")
    return row
