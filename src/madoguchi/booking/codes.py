"""Secrets of bookings (the code of one, the link of who waits), and where they are recorded."""

from __future__ import annotations

from django.core import signing

from madoguchi.kernel import keys
from madoguchi.kernel.canon import keyed_digest

from .models import Booking, Waiting

SALT, BOOKED, LINK_DAYS = "booking-waiting", "booking-link", 400


def chain(section: str) -> str:
    """Where the bookings of a section are recorded."""
    return f"booking:{section}"


def code_digest(number: str, code: str) -> str:
    """What is stored of the code of a booking."""
    return keyed_digest(keys.subkey("booking-code"), f"{number}:{code}".encode())


def feed_digest(secret: str) -> str:
    """What is stored of the address of a feed."""
    return keyed_digest(keys.subkey("booking-feed"), secret.encode())


def token_of(row: Waiting) -> str:
    """The secret part of the address in the mails to who waits."""
    return signing.dumps(str(row.id), salt=SALT)


def link_of(row: Booking) -> str:
    """The secret part of the address in the mails about a booking: it opens this one, without its code."""
    return signing.dumps(str(row.id), salt=BOOKED)


def whose_link(link: str, salt: str = SALT) -> str:
    """Whose it is; empty for what is none."""
    try:
        return str(signing.loads(link, salt=salt, max_age=LINK_DAYS * 86400))
    except signing.BadSignature:
        return ""
