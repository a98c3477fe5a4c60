"""How a case is found by a part of its applicant's name, kana or number. Plain Python: both databases hold the same words.

The text of a case is ``number|family/given|family/given`` in plain letters (procedures.rules.find.plain). Its words are the
text of each field from every character to the field's end, so that whatever somebody types is the *beginning* of a word:
one walk along an ordered index finds it, and a walk can be cut off. A single character is looked for where a family name, a
given name or the number begins.
"""

from __future__ import annotations

from collections.abc import Iterable

from madoguchi.procedures.rules.find import plain

FIELD, PART = "|", "/"  # plain() leaves neither in a text
LONGEST = 40  # characters of a word
HEAD = b"\0"  # before the first character of a part


def text_of(receipt: str, name: Iterable[str], kana: Iterable[str]) -> str:
    """What of a case can be found."""
    fields = ([receipt], name, kana)
    return FIELD.join(PART.join(p for p in (plain(x) for x in field) if p) for field in fields)[:400]


def words_of(text: str) -> set[bytes]:
    """The words of a case's text."""
    words: set[bytes] = set()
    for field in text.split(FIELD):
        whole = field.replace(PART, "")
        words |= {whole[i : i + LONGEST].encode() for i in range(len(whole) - 1)}
        words |= {HEAD + part[0].encode() for part in field.split(PART) if part}
    return words


def span(query: str) -> tuple[bytes, bytes] | None:
    """From which word on, and below which, lie those that begin with a query; None when it has no letter."""
    text = plain(query)[:LONGEST]
    if not text:
        return None
    low = text.encode() if len(text) > 1 else HEAD + text.encode()
    return low, low + b"\xff"  # a byte that UTF-8 never has


def meets(text: str, query: str) -> bool:
    """Whether a query finds a case with this text: as a walk from `span` along its words does."""
    wanted = plain(query)[:LONGEST]
    fields = text.split(FIELD)
    if len(wanted) > 1:
        return any(wanted in field.replace(PART, "") for field in fields)
    return bool(wanted) and any(part.startswith(wanted) for field in fields for part in field.split(PART))
