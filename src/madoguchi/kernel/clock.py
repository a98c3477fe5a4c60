"""The only source of time. Japan has one zone and no summer time, so a wall-clock date is unambiguous."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

JST = dt.timezone(dt.timedelta(hours=9), "JST")
_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen", default=None)


def now() -> dt.datetime:
    """The current instant as an aware datetime in JST."""
    return _frozen.get() or dt.datetime.now(JST)


def today() -> dt.date:
    """The current calendar day in Japan."""
    return now().date()


@contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Hold the clock still: for tests, and for replaying what a rule said on a past day."""
    token = _frozen.set(at.astimezone(JST))
    try:
        yield
    finally:
        _frozen.reset(token)
