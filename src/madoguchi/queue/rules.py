"""Who is called next, how long it will take, and the states of a ticket. Plain Python.

A booking goes before everybody from five minutes before its time on. Earlier than that its person waits: others are called first, and
they only when nobody else is there.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

BOOKED_EARLY = dt.timedelta(minutes=5)
ENOUGH = 5  # so many served tickets say more than the city's own figure
LEAST, MOST = 1, 180  # minutes: shorter was a wrong button, longer was forgotten
SOON = 2  # with so few people before, one stays near the counter


class State(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    HELD = "held"
    ABSENT = "absent"
    DONE = "done"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What happens to a ticket."""

    CALL = "call"
    RECALL = "recall"
    HOLD = "hold"
    MISS = "miss"
    BACK = "back"
    MOVE = "move"
    FINISH = "finish"
    CANCEL = "cancel"


OPEN = (State.WAITING, State.CALLED, State.HELD, State.ABSENT)
TRANSITIONS = {
    (State.WAITING, Act.CALL): State.CALLED, (State.HELD, Act.CALL): State.CALLED, (State.ABSENT, Act.CALL): State.CALLED,
    (State.CALLED, Act.RECALL): State.CALLED, (State.CALLED, Act.HOLD): State.HELD, (State.CALLED, Act.MISS): State.ABSENT,
    (State.CALLED, Act.FINISH): State.DONE, (State.HELD, Act.FINISH): State.DONE,
    (State.HELD, Act.BACK): State.WAITING, (State.ABSENT, Act.BACK): State.WAITING,
    (State.WAITING, Act.MOVE): State.WAITING, (State.CALLED, Act.MOVE): State.WAITING, (State.HELD, Act.MOVE): State.WAITING,
    (State.WAITING, Act.CANCEL): State.CANCELLED, (State.HELD, Act.CANCEL): State.CANCELLED, (State.ABSENT, Act.CANCEL): State.CANCELLED,
}


def after(state: str, act: Act) -> State | None:
    """The state after an act; None where it can not happen."""
    return TRANSITIONS.get((State(state), act))


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket in the line. ``due``: when its booking begins; None without one."""

    key: str
    service: str
    since: dt.datetime
    due: dt.datetime | None = None


def _rank(place: Place, now: dt.datetime) -> tuple[int, dt.datetime, dt.datetime, str]:
    if place.due is None:
        return 1, place.since, place.since, place.key
    return (0 if place.due - BOOKED_EARLY <= now else 2), place.due, place.since, place.key


def in_order(line: Iterable[Place], now: dt.datetime) -> list[Place]:
    """Bookings whose time has come, then those without one as they came, then bookings that are too early."""
    return sorted(line, key=lambda place: _rank(place, now))


def typical(lengths: Sequence[float], otherwise: float) -> float:
    """The usual length of a service in minutes: the median of what it lately took, or what the city says while that is little."""
    real = [length for length in lengths if LEAST <= length <= MOST]
    return statistics.median(real) if len(real) >= ENOUGH else otherwise


def estimate(ahead: Iterable[float], desks: int) -> int:
    """Minutes until one's turn: the usual lengths of those before, shared among the open counters (at least one)."""
    return math.ceil(math.fsum(ahead) / max(desks, 1))


def roughly(minutes: int) -> int:
    """As people are told: whole five minutes from ten on, upwards."""
    return minutes if minutes < 10 else -(-minutes // 5) * 5


def label(letter: str, number: int) -> str:
    """A 012"""
    return f"{letter} {number:03d}"


def middle(values: Sequence[float]) -> int:
    """The median in whole minutes; 0 of nothing."""
    return round(statistics.median(values)) if values else 0
