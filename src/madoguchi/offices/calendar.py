"""Working days: holidays by law (国民の祝日に関する法律, through jpholiday) and the city's closing days."""

from __future__ import annotations

import datetime as dt
import functools

from django.conf import settings

from .city import City, read_city
from .errors import FeeMissing


def city() -> City:
    """The city in whose name we run."""
    return read_city(settings.MADOGUCHI_CITY)


def fee_on(key: str, day: dt.date) -> int:
    """Yen of a fee on a day. Raises FeeMissing, for a fee that is not in the table too."""
    fee = city().fees.get(key)
    if fee is None:
        raise FeeMissing
    return fee.on(day)


@functools.lru_cache(maxsize=4096)
def is_open(day: dt.date) -> bool:
    """Is the city hall open on this day?"""
    import jpholiday

    c = city()
    if c.weekend_closed and day.weekday() >= 5:
        return False
    if day in c.closed_days or (c.holidays_closed and jpholiday.is_holiday(day)):
        return False
    mark = day.strftime("%m-%d")
    return not any((a <= mark <= b) if a <= b else (mark >= a or mark <= b) for a, b in c.closed_spans)


def next_open(day: dt.date) -> dt.date:
    """The day itself if open, else the next open one (地方自治法4条の2第4項)."""
    while not is_open(day):
        day += dt.timedelta(days=1)
    return day


def add_open_days(day: dt.date, days: int) -> dt.date:
    """The day that is ``days`` working days after ``day`` (the first day does not count, 民法140条)."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_open(day)
    return next_open(day)


def open_days_between(start: dt.date, end: dt.date) -> int:
    """Working days after ``start`` up to and with ``end``; negative when ``end`` lies before."""
    if end < start:
        return -open_days_between(end, start)
    return sum(is_open(start + dt.timedelta(days=n)) for n in range(1, (end - start).days + 1))


def due_day(filed: dt.date, days: int, kind: str) -> dt.date:
    """The standard day of decision: ``days`` working days, or calendar days moved to the next open day."""
    return add_open_days(filed, days) if kind == "開庁日" else next_open(filed + dt.timedelta(days=days))
