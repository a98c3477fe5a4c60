"""Readers: the current catalogue and any published version, kept in memory."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import city

from .models import Version
from .rules.disasters import with_disasters
from .rules.find import Hit, Index
from .rules.model import Definition
from .rules.read import from_plain

CACHE_SECONDS = 5.0  # a newly published version is seen by every process after this long at the latest


@dataclass(frozen=True, slots=True)
class Published:
    """A published version with its definition."""

    slug: str
    number: int
    checksum: str
    definition: Definition


_current: tuple[float, dict[str, tuple[int, str]]] = (0.0, {})


def forget() -> None:
    """Drop what is remembered about which versions are current."""
    global _current
    _current = (0.0, {})


def _heads() -> dict[str, tuple[int, str]]:
    global _current
    at, heads = _current
    if not heads or time.monotonic() - at > CACHE_SECONDS:
        heads = {}
        for slug, number, checksum in Version.objects.order_by("slug", "number").values_list("slug", "number", "checksum"):
            heads[slug] = (number, checksum)
        _current = (time.monotonic(), heads)
    return heads


@functools.lru_cache(maxsize=2048)
def _load(slug: str, number: int, checksum: str) -> Published:
    body = Version.objects.filter(slug=slug, number=number).values_list("body", flat=True).first()
    if body is None:
        raise NotFound
    return Published(slug, number, checksum, with_disasters(from_plain(body), {d["番号"]: d["名"] for d in city().disasters}))


def current(slug: str) -> Published:
    """The version that new applications use. Raises NotFound."""
    head = _heads().get(slug)
    if head is None:
        raise NotFound("この手続きは見つかりませんでした。")
    return _load(slug, *head)


def version(slug: str, number: int) -> Published:
    """A certain version. Raises NotFound."""
    head = _heads().get(slug)
    if head and head[0] == number:
        return _load(slug, *head)
    row = Version.objects.filter(slug=slug, number=number).values_list("checksum", flat=True).first()
    if row is None:
        raise NotFound
    return _load(slug, number, row)


def accepts(slug: str, number: int) -> bool:
    """May a draft on this version still be filed?"""
    head = _heads().get(slug)
    if head and head[0] == number:
        return True
    until = Version.objects.filter(slug=slug, number=number).values_list("accept_until", flat=True).first()
    return until is not None and clock.now() < until


def catalogue() -> list[Published]:
    """Every current procedure, by reading."""
    return [_load(slug, *head) for slug, head in _heads().items()]


@functools.lru_cache(maxsize=2)
def _index(heads: tuple[tuple[str, int, str], ...]) -> Index:
    return Index(_load(*head).definition for head in heads)


def search(query: str) -> list[Hit]:
    """Procedures found by words."""
    return _index(tuple((slug, *head) for slug, head in sorted(_heads().items()))).find(query)
