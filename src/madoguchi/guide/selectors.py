"""Readers: plans of an owner, and what is on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.booking.public import Booking, bookable, booking_list
from madoguchi.identity.public import Owner
from madoguchi.intake.public import Begun, drafts_begun
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import City, city, next_open
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Facts
from madoguchi.procedures.rules.guide import Finder, Task, due

from .errors import PlanNotFound
from .models import Plan


@dataclass(frozen=True, slots=True)
class Item:
    """One task on the list. ``published``: the procedure when it can be begun here; ``late``: its last day is over; ``book``: the service
    where a time for it can be booked, ``booked``: the time that its person has there."""

    task: Task
    last: dt.date | None
    late: bool
    done: bool
    place: Any
    phone: str
    published: procedures.Published | None
    book: str
    booked: Booking | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The whole list: tasks in order, what to bring (each once, with what it is for), where to go (each once)."""

    items: tuple[Item, ...]
    bring: tuple[tuple[str, tuple[str, ...]], ...]
    places: tuple[tuple[Any, str, tuple[str, ...]], ...]
    begun: tuple[tuple[Begun, Any], ...]
    left: int


def plan_list(*, owner: Owner | None) -> list[tuple[Plan, Finder]]:
    """Plans of this browser or person, newest first."""
    if owner is None:
        return []
    known = procedures.finders()
    rows = Plan.objects.filter(owner__in=owner.keys, expires_at__gt=clock.now()).order_by("-made_at")[:20]
    return [(plan, procedures.finder_shown(known[plan.finder])) for plan in rows if plan.finder in known]


def plan_get(*, owner: Owner | None, plan_id: str) -> Plan:
    """A plan of this owner. Raises PlanNotFound."""
    plan = Plan.objects.filter(id=plan_id, owner__in=owner.keys, expires_at__gt=clock.now()).first() if owner else None
    if plan is None:
        raise PlanNotFound
    return plan


def facts(answers: Mapping[str, Any]) -> Facts:
    """Facts for the rules, as of today."""
    return Facts(answers, clock.today(), next_open)


def listed(plan: Plan, owner: Owner, finder: Finder) -> Listed:
    """What is on a plan. ``finder`` in the language of the page."""
    here, items, services = city(), [], bookable()
    booked = {b.service: b for b in reversed(booking_list(owner=owner)) if b.state == "confirmed" and b.day >= clock.today()}
    for one in due(finder, facts(plan.answers)):
        done = one.task.id in plan.ticks
        section = here.sections.get(one.task.section)
        items.append(Item(
            one.task, one.last, bool(one.last and not done and one.last < clock.today()), done, _place(one.task, here),
            section.phone if section else "", _published(one.task.slug),
            one.task.booking if one.task.booking in services and not done else "", booked.get(one.task.booking)))
    bring, places = dict[str, list[str]](), dict[str, tuple[Any, str, list[str]]]()
    for item in (i for i in items if not i.done):
        for thing in item.task.bring:
            bring.setdefault(thing, []).append(item.task.name)
        if item.place:
            places.setdefault(str(item.place), (item.place, item.phone, []))[2].append(item.task.name)
    begun = tuple((b, procedures.current(b.slug).shown().name) for b in drafts_begun(owner=owner, draft_ids=plan.drafts))
    return Listed(
        tuple(items), tuple((thing, tuple(names)) for thing, names in bring.items()),
        tuple((place, phone, tuple(names)) for place, phone, names in places.values()), begun, sum(not i.done for i in items))


@dataclass(frozen=True, slots=True)
class Newest:
    """A list in one line: what is left of how many, and what of it ends first."""

    id: str
    name: str
    total: int
    left: int
    next: Item | None


def newest(*, owner: Owner | None) -> Newest | None:
    """The list that was made last, as it stands today."""
    found = plan_list(owner=owner)
    if owner is None or not found:
        return None
    plan, finder = found[0]
    items = listed(plan, owner, finder).items
    open_ = [i for i in items if not i.done]
    ends = min((i for i in open_ if i.last), key=lambda i: i.last or dt.date.max, default=None)
    return Newest(str(plan.id), finder.name, len(items), len(open_), ends)


def to_begin(plan: Plan, owner: Owner, finder: Finder) -> list[Item]:
    """What of a plan can be begun online and has not been."""
    found = listed(plan, owner, finder)
    begun = {b.slug for b, _ in found.begun}
    return [i for i in found.items if i.published and not i.done and i.task.slug not in begun]


def _place(task: Task, here: City) -> Any:
    section = here.sections.get(task.section)
    return task.place or (section.name if section else "")


def _published(slug: str) -> procedures.Published | None:
    """The procedure, where this city offers it online."""
    try:
        return procedures.offered(slug) if slug else None
    except NotFound:
        return None
