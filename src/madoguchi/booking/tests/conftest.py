from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING

from madoguchi.booking import services
from madoguchi.booking.contact import Contact
from madoguchi.booking.models import Booking
from madoguchi.booking.setup import setup

MONDAY = dt.date(2026, 11, 30)  # OPENING is Friday the 20th, ten o'clock
NINE = 9 * 60
FORM = {"name": "見本 花子", "mail": "hanako@example.jp", "phone": "0767-53-0000"}


def held(service: str = "tax", day: dt.date = MONDAY, start: int = NINE, owner: str = "") -> Booking:
    """A slot held by somebody at a browser."""
    return services.hold_make(service=setup().services[service], day=day, start=start, owner=owner, language="ja")


def booked(service: str = "tax", day: dt.date = MONDAY, start: int = NINE, owner: str = "", **form: str) -> Booking:
    """A booking made the way the pages do."""
    row = services.details_set(booking=held(service, day, start, owner), form=FORM | form)
    return services.booking_confirm(booking=row, by="resident:guest")[0]


def by_phone(service: str = "tax", day: dt.date = MONDAY, start: int = NINE, name: str = "試用 うめ", mail: str = "") -> Booking:
    """A booking that staff made."""
    return services.booking_by_staff(service=setup().services[service], day=day, start=start, contact=Contact(name, mail, "0767530000"),
                                     by="staff:yamada")[0]


def filled(day: dt.date = MONDAY) -> list[Booking]:
    """A whole day of the tax counter (one seat), taken."""
    from madoguchi.booking.days import days_of

    return [by_phone("tax", day, slot.start) for slot in days_of(setup().services["tax"], day, 1)[0].slots]


@pytest.fixture
def opening() -> dt.datetime:
    return OPENING
