"""What somebody wrote into a field for words: without what a paste brings along, and never cut without a word."""

from __future__ import annotations

import unicodedata

from .errors import DomainError


class TooLong(DomainError):
    """Words that would have to be cut: a letter or a record never loses its end silently."""

    code = "too_long"
    status = 422


def plain(text: str) -> str:
    """Without control characters, lines ended as they are kept."""
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc")


def too_long(what: str, text: str, most: int) -> str:
    """What to say of words longer than ``most`` letters; empty where they fit. ``what``: the field, as the page names it."""
    now = len(text.strip())
    return f"{what}は{most:,}字までです(今は{now:,}字)。短くしてください" if now > most else ""


def text_clean(what: str, text: str, most: int) -> str:
    """The words as they are kept. Raises TooLong."""
    clean = plain(text).strip()
    if fault := too_long(what, clean, most):
        raise TooLong(f"{fault}。")
    return clean
