"""Readers: the city's disasters, kept in memory for a few seconds (every page of the form asks for them)."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping

from madoguchi.kernel.errors import NotFound

from .calendar import city
from .models import Disaster
from .rules import DisasterTerms

CACHE_SECONDS = 3.0  # an added disaster or a moved deadline is seen by every process after this long at the latest

_known: tuple[float, tuple[DisasterTerms, ...]] = (0.0, ())


def forget() -> None:
    """Drop what is remembered."""
    global _known
    _known = (0.0, ())


def terms_of(row: Disaster) -> DisasterTerms:
    """A row as plain data."""
    return DisasterTerms(row.key, row.name, row.cause, row.happened_on, row.accepts_from, row.accepts_until, row.trial)


def terms_in_pack(entry: Mapping[str, str]) -> DisasterTerms:
    """An entry of city.yaml 災害 as plain data. Without 受付開始 applications are accepted from the day it happened."""
    happened = dt.date.fromisoformat(entry["発生日"])
    began, ends = entry.get("受付開始"), entry.get("受付終了")
    return DisasterTerms(entry["番号"], entry["名"], entry["種類"], happened, dt.date.fromisoformat(began) if began else happened,
                         dt.date.fromisoformat(ends) if ends else None, entry.get("試用") == "はい")


def disasters_all() -> tuple[DisasterTerms, ...]:
    """Every disaster, the newest first. Before the first `madoguchi setup` the city pack's own list stands in."""
    global _known
    at, rows = _known
    if not rows or time.monotonic() - at > CACHE_SECONDS:
        rows = tuple(terms_of(row) for row in Disaster.objects.order_by("-happened_on", "key"))
        if not rows:
            rows = tuple(sorted(map(terms_in_pack, city().disasters), key=lambda d: d.happened_on, reverse=True))
        _known = (time.monotonic(), rows)
    return rows


def disasters_open(day: dt.date) -> tuple[DisasterTerms, ...]:
    """The disasters for which applications are accepted on this day."""
    return tuple(d for d in disasters_all() if d.open_on(day))


def disaster_get(key: str) -> DisasterTerms:
    """One disaster, not from memory. Raises NotFound."""
    row = Disaster.objects.filter(key=key).first()
    if row is None:
        raise NotFound("この災害は見つかりませんでした。災害の一覧を確認してください。")
    return terms_of(row)
