"""The table of strangers, continued (see rights.py): bookings at the counter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.hall import OPENING

from madoguchi.booking import closures, feeds, selectors, unreached
from madoguchi.booking.models import Waiting
from madoguchi.booking.tests.conftest import booked, by_phone

from .rights import RESIDENTS, Ask, anything, resident, something, staff

DAY = dt.date(2026, 11, 30)
CLOSED = closures.Typed("", "2026-12-03", "", "", "", "", "研修")
COUNTER = {"tanaka", "kimura", "suzuki"}  # of 子育て
HANDS = {"matsuda", "sato", "yamada", *COUNTER}  # sections that have counters
NUMBERS = ("closure",)


def counters(w: Any) -> None:
    """A booking of hanako's at 子育て, one made by telephone, a closure, and a day she waits for."""
    owner = w.hall.owner("hanako").key
    row = booked("childcare", DAY, owner=owner)
    w.booking, w.booking_number = str(row.id), row.number
    w.by_phone = str(by_phone("childcare", DAY, 600).id)
    w.closure = closures.closure_make(actor=w.hall.staff("tanaka"), section="kosodate", tell=False, typed=closures.Typed(
        "", "2026-12-01", "", "", "", "", "研修"))[0].id
    Waiting.objects.create(service="childcare", section="kosodate", day=DAY, owner=owner, created_at=OPENING)


TABLE: dict[str, Ask] = {
    "booking.selectors.booking_get": resident(lambda w, o: selectors.booking_get(owner=o, booking_id=w.booking)),
    "booking.selectors.booking_list": Ask(lambda w, o: o and selectors.booking_list(owner=o), {"hanako"}, something, RESIDENTS),
    "booking.selectors.waiting_list": Ask(lambda w, o: o and selectors.waiting_list(owner=o), {"hanako"}, something, RESIDENTS),
    "booking.selectors.sections_of": staff(lambda w, a: selectors.sections_of(actor=a), HANDS, something),
    "booking.selectors.section_require": staff(lambda w, a: selectors.section_require(actor=a, section="kosodate"), COUNTER, anything),
    "booking.selectors.staff_booking_get": staff(lambda w, a: selectors.staff_booking_get(actor=a, booking_id=w.booking), COUNTER, anything),
    "booking.selectors.day_list": staff(lambda w, a: selectors.day_list(actor=a, section="kosodate", day=DAY), COUNTER, something),
    "booking.selectors.staff_booking_by_number": staff(lambda w, a: selectors.staff_booking_by_number(
        actor=a, number=w.booking_number), COUNTER, something),
    "booking.selectors.closure_list": staff(lambda w, a: selectors.closure_list(actor=a, section="kosodate"), COUNTER, something),
    "booking.selectors.closure_get": staff(lambda w, a: selectors.closure_get(actor=a, closure_id=w.closure), COUNTER, anything),
    "booking.unreached.unreached_list": staff(lambda w, a: unreached.unreached_list(actor=a, section="kosodate"), COUNTER, anything),
    "booking.unreached.booking_told": staff(lambda w, a: unreached.booking_told(actor=a, booking=selectors.staff_booking_get(
        actor=a, booking_id=w.booking)), COUNTER, anything),
    "booking.unreached.waiting_unreached": staff(lambda w, a: unreached.waiting_unreached(actor=a, section="kosodate"), COUNTER, anything),
    "booking.unreached.waiting_told": staff(lambda w, a: unreached.waiting_told(
        actor=a, waiting_id=Waiting.objects.get(section="kosodate").id), COUNTER, anything),
    "booking.closures.closure_make": staff(lambda w, a: closures.closure_make(actor=a, section="kosodate", typed=CLOSED, tell=False),
                                           COUNTER, anything),
    "booking.closures.closure_end": staff(lambda w, a: closures.closure_end(actor=a, closure_id=w.closure), COUNTER, anything),
    "booking.feeds.section_feed_make": staff(lambda w, a: feeds.section_feed_make(actor=a, section="kosodate"), COUNTER, anything),
}
OWN = dict.fromkeys(("booking.feeds.feed_make", "booking.feeds.feed_drop"), "the address of the calendar of the one who asks")
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "booking.closures.closure_read": ("reads what was typed", None),
    "booking.feeds.feed_read": ("asks for the secret address, counted", {"booking.views_my"}),
    "booking.selectors.bookable": ("the city's own list", None),
    "booking.selectors.services_online": ("the city's own list", None),
    "booking.selectors.takes_bookings": ("yes or no", None),
    "booking.selectors.service_get": ("the city's own list", None),
    "booking.selectors.booking_by_code": ("asks for number and code, counted and locked", {"booking.views"}),
    "booking.selectors.booking_linked": ("asks for a signed link, counted", {"booking.views"}),
    "booking.selectors.bookings_named": ("for a page that has asked who may", {"booking.closure_staff_views"}),
    "booking.selectors.hold_gone": ("a hold that this very browser was given", {"booking.views"}),
    "booking.selectors.may_book": ("yes or no", None),
    "booking.selectors.bookings_of": ("for a room above that has asked who may, or a device that has shown its secret", {"queue.selectors"}),
    "booking.selectors.booking_by_number": ("for a room above that has asked who may", {"queue.services"}),
    "booking.services.slot_read": ("reads what was typed", None),
}
