"""Invented bookings for a trial: a busy morning of tomorrow and a few more days."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from madoguchi.kernel import clock

from .contact import Contact
from .days import days_of, next_free
from .errors import SlotTaken
from .models import Booking
from .services import booking_by_staff
from .setup import setup

PEOPLE = ("見本 花子", "見本 太郎", "試用 うめ", "試用 次郎", "見本 一郎", "試用 さくら")


def trial_bookings(*, actor: str) -> int:
    """Book the next open day of every service half full, once. Returns how many."""
    if settings.PRODUCTION or Booking.objects.exists():
        return 0
    made = 0
    for service in setup().services.values():
        first = next_free(service, clock.today() + dt.timedelta(days=1))
        for n, slot in enumerate(days_of(service, first, 1)[0].slots[:6:2] if first else ()):
            try:
                booking_by_staff(service=service, day=slot.day, start=slot.start, by=actor,
                                 contact=Contact(PEOPLE[(made + n) % 6], phone="0300000000"))
                made += 1
            except SlotTaken:  # the counter's other service was a little faster
                continue
    return made
