"""The city's counters and services as the queue uses them (booking.yaml, through booking's door)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from madoguchi.booking.public import Counter, Service, hours_today, standing
from madoguchi.kernel import clock
from madoguchi.kernel.said import Said, say

BEFORE_OPENING = 60  # minutes: so early tickets are given


def queued(section: str = "") -> list[Service]:
    """Services that have tickets (番号札 in booking.yaml)."""
    return [s for s in standing().services.values() if s.letter and section in ("", s.section)]


def service_of(key: str) -> Service | None:
    """One that has tickets."""
    found = standing().services.get(key)
    return found if found is not None and found.letter else None


def counters_of(section: str) -> list[Counter]:
    """Counters of a section at which a service with tickets is served."""
    used = {key for s in queued(section) for key in s.counters}
    return [c for c in standing().counters.values() if c.key in used and c.section == section]


def sections() -> list[str]:
    """Sections with tickets, in the order of the file."""
    return list(dict.fromkeys(s.section for s in queued()))


def taking(service: Service) -> bool:
    """Does a device give tickets for it now: from an hour before its counters open today until they close?"""
    now = clock.now().astimezone(clock.JST)
    minute, spans = now.hour * 60 + now.minute, [x for key in service.counters for x in hours_today(standing().counters[key])]
    return bool(spans) and min(x.start for x in spans) - BEFORE_OPENING <= minute < max(x.end for x in spans)


def seat_name(counter: str, seat: int | None) -> Said | str:
    """マイナンバーカード窓口 1番"""
    found = standing().counters.get(counter)
    if found is None or seat is None:
        return counter
    return say("{name} {number}番", name=found.name, number=seat + 1) if found.seats > 1 else found.name


def shared(service: Service, others: Iterable[Service]) -> set[str]:
    """The services whose people stand in the same line: those at any of its counters."""
    return {s.key for s in others if set(s.counters) & set(service.counters)}


def today() -> dt.date:
    """The day whose numbers count."""
    return clock.today()
