"""What people type into forms of staff: sums and days, in any width."""

from __future__ import annotations

import datetime as dt
import unicodedata


def number_typed(text: str, digits: int = 8) -> int:
    """Whole yen or a count as typed, with full-width digits, commas and 円; -1 for what is none or longer than so many digits."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("円", "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else -1


def day_typed(text: str) -> dt.date | None:
    """A day as a form sends it (2026-11-27); None for what is none."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
