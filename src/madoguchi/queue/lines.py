"""Today's lines as everybody may see them: who is called, how many wait, how long it will take. Numbers of nobody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from madoguchi.booking.public import Service
from madoguchi.kernel import clock

from . import city, rules
from .models import Desk, Pulse, Ticket
from .rules import Place, State

LOOKED_AT = 400  # served tickets of the last days, for the usual length of each service


@dataclass(frozen=True, slots=True)
class Called:
    """A number on the board."""

    number: str
    counter: str
    seat: int
    at: dt.datetime

    @property
    def place(self) -> str:
        """Where to go."""
        return city.seat_name(self.counter, self.seat)


@dataclass(frozen=True, slots=True)
class ServiceNow:
    """A service: how many wait for it, what who comes now would wait, at how many counters."""

    service: Service
    waiting: int
    minutes: int
    desks: int
    taking: bool


@dataclass(frozen=True, slots=True)
class Hall:
    """A section's part of the board."""

    section: str
    called: tuple[Called, ...]
    services: tuple[ServiceNow, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket that waits stands. ``turn``: about when it will be called."""

    before: int
    minutes: int
    turn: dt.datetime

    @property
    def soon(self) -> bool:
        """Better not go away now."""
        return self.before <= rules.SOON or self.minutes < 10


def beat(section: str = "") -> int:
    """A number that goes up whenever anything changes, in a section or anywhere."""
    rows = Pulse.objects.filter(section=section) if section else Pulse.objects.all()
    return rows.aggregate(n=Sum("beat"))["n"] or 0


def place(ticket: Ticket) -> Place:
    """Its place in the line. Of two who came at one moment, the lower number is first."""
    return Place(f"{ticket.number:05d}{ticket.letter}", ticket.service, ticket.since, ticket.due_at)


def waiting_of(services: Collection[str]) -> list[Ticket]:
    """Those who wait for any of these services today, in the order in which they are called."""
    rows = {place(row).key: row for row in Ticket.objects.filter(day=clock.today(), service__in=services, state=State.WAITING)}
    return [rows[found.key] for found in rules.in_order(map(place, rows.values()), clock.now())]


def lengths(services: Iterable[Service]) -> dict[str, float]:
    """The usual length of each service in minutes, from what it took in the last days."""
    took: dict[str, list[float]] = defaultdict(list)
    rows = Ticket.objects.filter(state=State.DONE, day__gte=clock.today() - dt.timedelta(days=7), called_at__isnull=False, done_at__isnull=False)
    for key, called, done in rows.order_by("-done_at").values_list("service", "called_at", "done_at")[:LOOKED_AT]:
        took[key].append((done - called).total_seconds() / 60 if called and done else 0)
    return {s.key: rules.typical(took[s.key][:30], s.minutes) for s in services}


def desks_open(counters: Collection[str]) -> int:
    """At how many seats of these counters somebody calls now."""
    return Desk.objects.filter(day=clock.today(), open=True, counter__in=counters).count()


def rest_of(called: Iterable[Ticket], usual: Mapping[str, float], desks: int) -> list[float]:
    """What is left of those who are being served, in minutes; nothing while a counter is free for the next."""
    rows = list(called)
    if len(rows) < max(desks, 1):
        return []
    return [max(0.0, usual.get(row.service, 0) - (clock.now() - (row.called_at or clock.now())).total_seconds() / 60) for row in rows]


def halls(section: str = "") -> list[Hall]:
    """The board: of one section, or of all."""
    services, now = city.queued(section), clock.now()
    usual = lengths(services)
    rows = list(Ticket.objects.filter(day=clock.today(), service__in=[s.key for s in services], state__in=[State.WAITING, State.CALLED]))
    desks: dict[str, int] = defaultdict(int)
    for counter in Desk.objects.filter(day=clock.today(), open=True).values_list("counter", flat=True):
        desks[counter] += 1
    called = sorted((row for row in rows if row.state == State.CALLED), key=lambda row: row.called_at or now, reverse=True)
    out = []
    for key in dict.fromkeys(s.section for s in services):
        own = []
        for s in (s for s in services if s.section == key):
            line, open_ = [row for row in rows if row.state == State.WAITING], sum(desks[c] for c in s.counters)
            here = city.shared(s, services)
            ahead = [usual[row.service] for row in line if row.service in here]
            ahead += rest_of((row for row in called if row.service in here), usual, open_)
            own.append(ServiceNow(s, sum(row.service == s.key for row in line), rules.roughly(rules.estimate(ahead, open_)), open_,
                                  city.taking(s)))
        out.append(Hall(key, tuple(Called(str(row), row.counter, row.seat or 0, row.called_at or now) for row in called if row.section == key),
                        tuple(own)))
    return out


def standing(ticket: Ticket) -> Standing:
    """Who is before a ticket that waits, and when it will be its turn. A booking is not called much before its time."""
    service = city.service_of(ticket.service)
    if service is None:
        return Standing(0, 0, clock.now())
    services = city.queued(ticket.section)
    here, desks = city.shared(service, services), desks_open(service.counters)
    line = waiting_of(here)
    ahead = line[:next((n for n, row in enumerate(line) if row.id == ticket.id), len(line))]
    usual = lengths(services)
    rest = rest_of(Ticket.objects.filter(day=clock.today(), service__in=here, state=State.CALLED), usual, desks)
    minutes = rules.estimate([*(usual.get(row.service, service.minutes) for row in ahead), *rest], desks)
    turn = clock.now() + dt.timedelta(minutes=minutes)
    if ticket.due_at is not None and ticket.due_at > turn and ahead:
        turn = ticket.due_at
        minutes = -(-int((turn - clock.now()).total_seconds()) // 60)
    return Standing(len(ahead), rules.roughly(minutes), turn)
