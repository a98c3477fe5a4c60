"""What people type into forms of staff: sums and days, in any width; and which page of a list an address names."""

from __future__ import annotations

import datetime as dt
import unicodedata

EARLIEST, LATEST = 1868, 2200  # years of a day that staff type


def number_typed(text: str, digits: int = 8) -> int:
    """Whole yen or a count as typed, with full-width digits, commas and 円; -1 for what is none or longer than so many digits. A raised or
    ringed digit (10², ①) is none: it would be read as a place of its own, 102."""
    if any(c.isdigit() and not c.isdecimal() for c in text):
        return -1
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("円", "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else -1


def day_typed(text: str) -> dt.date | None:
    """A day as a form sends it (2026-11-27), or as somebody types it (2026/11/27, full-width); None for what is none, and for a year
    of nobody's work: days are counted on from it."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("/", "-")
    try:
        day = dt.date.fromisoformat(plain)
    except ValueError:
        return None
    return day if EARLIEST <= day.year <= LATEST else None


def page_typed(text: str) -> int:
    """The page of a list that an address names, from 1; what is no number is the first."""
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
