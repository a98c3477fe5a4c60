"""Rules of the public library (図書館の本の貸出しの予約)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check


def isbn_is_right(number: str) -> bool:
    """ISO 2108: the digit at the end makes the weighted sum a multiple of 10 (thirteen digits) or 11 (ten, X for ten)."""
    digits = [10 if sign == "X" else int(sign) for sign in number if sign == "X" or sign in "0123456789"]
    if len(digits) != len(number) or "X" in number[:-1]:
        return False
    if len(number) == 13:
        return number[:3] in {"978", "979"} and "X" not in number and sum(n * (3 if at % 2 else 1) for at, n in enumerate(digits)) % 10 == 0
    return len(number) == 10 and sum(n * (10 - at) for at, n in enumerate(digits)) % 11 == 0


@check("group", "item")
def isbn_adds_up(facts: Facts, group: str, item: str) -> Iterator[Finding]:
    """ISO 2108: a number mistyped would order another book; hyphens and spaces and wide digits are as people copy them."""
    for at, entry in facts.entries(group):
        written = unicodedata.normalize("NFKC", str(entry.get(item) or "")).upper().removeprefix("ISBN")
        number = "".join(sign for sign in written if not sign.isspace() and sign not in "-‐‑‒–—―−ー:.")
        if number and not isbn_is_right(number):
            yield Finding(item, say("ISBNの番号が合いません。本の裏の番号を見て入れ直すか、空けてください"), index=at)
