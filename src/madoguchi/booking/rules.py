"""The algebra of slots, and the states of a booking. Plain Python: times are minutes of a day, places are numbered seats at a counter.

A day at a counter is cut into cells of five minutes. A booking takes the cells from its beginning to its end and its pause after it
(間), all at one seat; no cell of a seat is ever taken twice. So services of different length can share a counter.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

CELL = 5  # minutes; every length and beginning is a multiple. Rows of the past are counted in it: it never changes
DAY = 24 * 60
HOLD_MINUTES = 10  # to fill in name and telephone number
OFFER_HOURS = 12  # to accept a place that has become free, of those in which people are awake
OFFER_LEAST = 30  # minutes: with less time left than this nobody is offered a place any more
OFFER_NIGHT = 180  # the same where a night lies in between: who reads the mail in the morning has these minutes
DAWN, DUSK = 8, 21  # hours between which people are taken to be awake, and mails that nobody asked for go out
JST = dt.timezone(dt.timedelta(hours=9))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one minute of a day up to another, which does not belong to it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shut:
    """A time that staff have closed: at a counter (empty: all), for so many of its seats (0: all)."""

    span: Span
    seats: int = 0


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither touch nor overlap, in order."""
    out: list[Span] = []
    for span in sorted(s for s in spans if s.start < s.end):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def without(spans: Iterable[Span], gone: Iterable[Span]) -> list[Span]:
    """What is left of some time when other time is taken away."""
    out = joined(spans)
    for hole in joined(gone):
        out = [part for s in out for part in (Span(s.start, min(s.end, hole.start)), Span(max(s.start, hole.end), s.end))
               if part.start < part.end]
    return out


def open_spans(hours: Iterable[Span], shuts: Iterable[Shut], seats: int, seat: int) -> list[Span]:
    """When a seat is open. Where only some seats are shut it is the last ones; times that overlap are added up."""
    whole = [s.span for s in shuts if not s.seats or s.seats >= seats]
    partly = [s for s in shuts if s.seats and s.seats < seats]
    edges = sorted({edge for s in partly for edge in (s.span.start, s.span.end)})
    for start, end in zip(edges, edges[1:], strict=False):
        shut = sum(s.seats for s in partly if s.span.start <= start and end <= s.span.end)
        if seat >= seats - shut:
            whole.append(Span(start, end))
    return without(hours, whole)


def cells(start: int, minutes: int, pause: int = 0) -> range:
    """The cells that a booking takes, its pause among them."""
    return range(start // CELL, -(-(start + minutes + pause) // CELL))


def starts(hours: Iterable[Span], minutes: int, every: int) -> list[int]:
    """When a service can begin: from each opening on, every so many minutes, as long as it is over before the closing."""
    return [at for span in joined(hours) for at in range(span.start, span.end - minutes + 1, every)]


def seats_free(start: int, minutes: int, pause: int, opened: Sequence[list[Span]], taken: Mapping[int, Collection[int]]) -> list[int]:
    """The seats at which a booking can begin then. ``opened``: by seat, when it is open; ``taken``: by seat, its cells.

    The pause after it may reach past the closing: it only keeps the next one away."""
    wanted = cells(start, minutes, pause)
    return [seat for seat, spans in enumerate(opened)
            if any(s.start <= start and start + minutes <= s.end for s in spans) and not any(c in taken.get(seat, ()) for c in wanted)]


class State(StrEnum):
    """Where a booking stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    CAME = "came"
    ABSENT = "absent"


class Act(StrEnum):
    """What happens to a booking."""

    CONFIRM = "confirm"
    LAPSE = "lapse"
    CHANGE = "change"
    CANCEL = "cancel"
    COME = "come"
    MISS = "miss"


TRANSITIONS = {
    (State.HELD, Act.CONFIRM): State.CONFIRMED, (State.HELD, Act.LAPSE): State.LAPSED, (State.CONFIRMED, Act.CHANGE): State.CONFIRMED,
    (State.CONFIRMED, Act.CANCEL): State.CANCELLED, (State.CONFIRMED, Act.COME): State.CAME, (State.CONFIRMED, Act.MISS): State.ABSENT,
    (State.CAME, Act.MISS): State.ABSENT, (State.ABSENT, Act.COME): State.CAME,  # a wrong button is put right
}
TAKING = (State.HELD, State.CONFIRMED, State.CAME, State.ABSENT)  # those that keep their cells


def after(state: str, act: Act) -> State | None:
    """The state after an act; None where it can not happen."""
    return TRANSITIONS.get((State(state), act))


def number_made(seed: int) -> str:
    """A booking number: seven digits and one to check (Luhn), 1234-5674."""
    body = f"{seed % 10_000_000:07d}"
    return f"{body[:4]}-{body[4:]}{_check(body)}"


def number_typed(text: str) -> str:
    """A booking number as typed, in its own form; empty for what is none."""
    digits = re.sub(r"[\s\-ー‐−–—]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]{8}", digits) or _check(digits[:7]) != int(digits[7]):
        return ""
    return f"{digits[:4]}-{digits[4:]}"


def _check(body: str) -> int:
    doubled = [int(d) * (2 if n % 2 == 0 else 1) for n, d in enumerate(reversed(body))]
    return -sum(d - 9 if d > 9 else d for d in doubled) % 10


def phone_plain(text: str) -> str:
    """A telephone number's digits, narrow; empty for what is none (0 and nine or ten more)."""
    digits = re.sub(r"[\s()\-ー‐−–—]", "", unicodedata.normalize("NFKC", text))
    return digits if re.fullmatch(r"0[0-9]{9,10}", digits) else ""


def awake(now: dt.datetime) -> bool:
    """Is it an hour at which a mail may come?"""
    return DAWN <= now.astimezone(JST).hour < DUSK


def _days(now: dt.datetime, last: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The time between two moments in which people are awake."""
    day = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= last:
        first, end = max(day + dt.timedelta(hours=DAWN), now), min(day + dt.timedelta(hours=DUSK), last)
        if first < end:
            yield first, end
        day += dt.timedelta(days=1)


def offer_ends(now: dt.datetime, last: dt.datetime) -> dt.datetime | None:
    """Until when an offered place waits: some hours in which people are awake, at most until it can not be booked any more. None: too
    late to offer it."""
    left, end, waking = dt.timedelta(hours=OFFER_HOURS), last, dt.timedelta()
    for first, dusk in _days(now, last):
        if dusk - first >= left - waking:
            end = first + (left - waking)
            waking = left
            break
        waking += dusk - first
    night = end - now > waking
    return end if waking >= dt.timedelta(minutes=OFFER_NIGHT if night else OFFER_LEAST) else None


def minute_typed(text: str) -> int:
    """A time of a day as staff type it (9:00, 9：00), in minutes; -1 for what is none or no multiple of five minutes."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", unicodedata.normalize("NFKC", text).strip())
    found = int(match[1]) * 60 + int(match[2]) if match else -1
    return found if 0 <= found <= DAY and found % CELL == 0 else -1


def clock_words(minute: int) -> str:
    """9:30"""
    return f"{minute // 60}:{minute % 60:02d}"
