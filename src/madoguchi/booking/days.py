"""Days as one can book them: opening hours of the counters, what staff have closed, what is taken. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from madoguchi.kernel import clock
from madoguchi.offices.public import city, is_open

from .models import Booking, Closure, Taken, moment
from .rules import Shut, Span, State, clock_words, joined, open_spans, seats_free, starts
from .setup import Counter, Service, setup


@dataclass(frozen=True, slots=True)
class Place:
    """A seat at a counter."""

    counter: str
    seat: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A beginning (枠) at which there is room for ``free`` people."""

    day: dt.date
    start: int
    free: int

    @property
    def key(self) -> str:
        """As forms send it: 2026-11-30T9:30."""
        return f"{self.day}T{clock_words(self.start)}"

    @property
    def at(self) -> str:
        """9:30"""
        return clock_words(self.start)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a service. ``works``: there are hours at all; ``bookable``: neither too soon nor too far."""

    day: dt.date
    works: bool
    bookable: bool
    slots: tuple[Slot, ...]

    @property
    def full(self) -> bool:
        """Hours, but no room: one can wait for it."""
        return self.works and self.bookable and not self.slots


def hours_on(counter: Counter, day: dt.date) -> tuple[Span, ...]:
    """When a counter is open: by its own exception, else by the weekday on days on which the city hall is open."""
    if day in counter.exceptions:
        return counter.exceptions[day]
    return counter.hours[day.weekday()] if is_open(day) else ()


def _shuts(section: str, counters: Iterable[str], first: dt.date, last: dt.date) -> list[Closure]:
    rows = Closure.objects.filter(section__in=city().kept_as(section), ended_at=None)
    return list(rows.filter(first__lte=last, last__gte=first, counter__in=["", *counters]))


def shuts_of(closures: Iterable[Closure], counter: str, day: dt.date) -> list[Shut]:
    """What is closed at a counter on a day."""
    return [Shut(Span(c.start, c.end), c.seats) for c in closures if c.first <= day <= c.last and c.counter in ("", counter)]


def opened(counter: Counter, day: dt.date, closures: Iterable[Closure]) -> list[list[Span]]:
    """By seat, when it is open."""
    hours, shuts = hours_on(counter, day), shuts_of(closures, counter.key, day)
    return [open_spans(hours, shuts, counter.seats, seat) for seat in range(counter.seats)]


def hours_today(counter: Counter) -> list[Span]:
    """When anybody is served at a counter today."""
    today = clock.today()
    return joined(span for seat in opened(counter, today, _shuts(counter.section, [counter.key], today, today)) for span in seat)


def expired() -> Q:
    """Holds whose time is over: by the clock, whoever sweeps."""
    return Q(booking__state=State.HELD, booking__held_until__lte=clock.now())


def _taken(counters: Iterable[str], first: dt.date, last: dt.date, but: Booking | None) -> dict[tuple[str, dt.date], dict[int, set[int]]]:
    rows = Taken.objects.filter(counter__in=list(counters), day__range=(first, last)).exclude(expired())
    if but is not None:
        rows = rows.exclude(booking=but)
    out: dict[tuple[str, dt.date], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for counter, day, seat, cell in rows.values_list("counter", "day", "seat", "cell"):
        out[counter, day][seat].add(cell)
    return out


def bounds(service: Service, *, staff: bool = False) -> tuple[dt.datetime, dt.date]:
    """The earliest beginning and the last day that can be booked. Staff may take somebody who stands before them."""
    now = clock.now()
    if service.until is not None and now > service.until and not staff:
        return now + dt.timedelta(days=3660), now.date() + dt.timedelta(days=service.ahead)
    return (now - dt.timedelta(minutes=service.every) if staff else now + dt.timedelta(hours=service.lead),
            now.date() + dt.timedelta(days=service.ahead))


def days_of(service: Service, first: dt.date, count: int, *, staff: bool = False, but: Booking | None = None) -> list[Day]:
    """So many days from the first on, with their free slots. ``but``: a booking that is being changed takes nothing."""
    last = first + dt.timedelta(days=count - 1)
    known = setup().counters
    counters = [known[key] for key in service.counters]
    closures, taken = _shuts(service.section, service.counters, first, last), _taken(service.counters, first, last, but)
    earliest, farthest = bounds(service, staff=staff)
    out = []
    for n in range(count):
        day, free, works = first + dt.timedelta(days=n), dict[int, int](), False
        for counter in counters:
            seats = opened(counter, day, closures)
            works = works or any(seats)
            for start in starts(hours_on(counter, day), service.minutes, service.every):
                room = len(seats_free(start, service.minutes, service.pause, seats, taken[counter.key, day]))
                if room and moment(day, start) >= earliest and day <= farthest:
                    free[start] = free.get(start, 0) + room
        ends = [span.end for counter in counters for span in hours_on(counter, day)]
        bookable = day <= farthest and bool(ends) and moment(day, max(ends) - service.minutes) >= earliest
        out.append(Day(day, works, bookable, tuple(Slot(day, start, room) for start, room in sorted(free.items()))))
    return out


def next_free(service: Service, after: dt.date, *, staff: bool = False, but: Booking | None = None) -> dt.date | None:
    """The first day from this one on with a free slot; None when there is none as far ahead as one may book."""
    _, farthest = bounds(service, staff=staff)
    while after <= farthest:
        found = next((d.day for d in days_of(service, after, 14, staff=staff, but=but) if d.slots), None)
        if found:
            return found
        after += dt.timedelta(days=14)
    return None


def places(service: Service, day: dt.date, start: int, *, staff: bool = False, but: Booking | None = None) -> list[Place]:
    """The seats at which a booking can begin then, the first ones first; none when that is no slot of the service."""
    earliest, farthest = bounds(service, staff=staff)
    if not (earliest <= moment(day, start) and day <= farthest):
        return []
    closures, taken = _shuts(service.section, service.counters, day, day), _taken(service.counters, day, day, but)
    out, known = [], setup().counters
    for key in service.counters:
        counter = known[key]
        if start in starts(hours_on(counter, day), service.minutes, service.every):
            out += [Place(key, seat) for seat in seats_free(start, service.minutes, service.pause, opened(counter, day, closures),
                                                            taken[key, day])]
    return out


def seats_open(counter: Counter, day: dt.date, span: Span) -> set[int]:
    """The seats of a counter that are open all that time."""
    rows = opened(counter, day, _shuts(counter.section, [counter.key], day, day))
    return {seat for seat, spans in enumerate(rows) if any(s.start <= span.start and span.end <= s.end for s in spans)}


def shut_out(bookings: Iterable[Booking]) -> list[Booking]:
    """Those of a section whose seat is not open at their time: a closure, or a day without hours that was declared afterwards."""
    rows = list(bookings)
    if not rows:
        return []
    known, at = setup().counters, [b.day for b in rows]
    closures = _shuts(rows[0].section, {b.counter for b in rows}, min(at), max(at))
    seen: dict[tuple[str, dt.date], list[list[Span]]] = {}
    out = []
    for b in rows:
        if b.counter in known and (b.counter, b.day) not in seen:
            seen[b.counter, b.day] = opened(known[b.counter], b.day, closures)
        seats = seen.get((b.counter, b.day), [])
        if b.seat >= len(seats) or not any(s.start <= b.start and b.start + b.minutes <= s.end for s in seats[b.seat]):
            out.append(b)
    return out


def places_for(booking: Booking) -> list[Place]:
    """Where a booking could sit at its own time: at its counter first, then at the others of its service."""
    known = setup()
    service = known.services.get(booking.service)
    keys = [key for key in dict.fromkeys([booking.counter, *(service.counters if service else ())]) if key in known.counters]
    closures, taken = _shuts(booking.section, keys, booking.day, booking.day), _taken(keys, booking.day, booking.day, booking)
    return [Place(key, seat) for key in keys for seat in seats_free(
        booking.start, booking.minutes, booking.pause, opened(known.counters[key], booking.day, closures), taken[key, booking.day])]
