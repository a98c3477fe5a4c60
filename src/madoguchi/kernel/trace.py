"""The number under which one request, or one message that the worker handles, is found in the logs."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("trace", default="")


def begin(given: str = "") -> str:
    """Start a new piece of work, under the number that was given when it can be one. Returns the number."""
    number = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
    _current.set(number)
    return number


def current() -> str:
    """The number of what is being done; empty outside of requests and messages."""
    return _current.get()


def end() -> None:
    """Nothing is being done any more."""
    _current.set("")
