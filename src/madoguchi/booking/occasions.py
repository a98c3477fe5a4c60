"""Occasions (出張窓口, 臨時窓口, 休日窓口): a counter for one day with one service, entered in the browser instead of booking.yaml.

To the rest of the room an occasion is a counter and a service like any other: the same cells, holds, waiting list, changes and mails."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.kernel import audit, clock
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.web.typed import day_typed, number_typed

from . import claims, mails
from .codes import chain
from .contact import contact_of
from .errors import FormWrong, ServiceNotFound
from .models import Booking, Occasion, Waiting, moment
from .rules import CELL, DAY, Act, Span, State, after, clock_words, minute_typed
from .setup import Counter, Service, Setup, standing

SEATS_MOST, MINUTES_MOST, AHEAD_MOST = 50, 480, 366
WORDS_MOST = {"name": 60, "place": 80, "who": 120, "bring": 160}


def counter_of(row: Occasion) -> Counter:
    """The occasion as a counter that is open on its day alone; cancelled, never."""
    hours: dict[dt.date, tuple[Span, ...]] = {} if row.cancelled_at else {row.day: (Span(row.start, row.end),)}
    return Counter(row.key, row.name, city().doing(row.section), row.seats, row.place, ((),) * 7, hours)


def service_of(row: Occasion) -> Service:
    """The occasion as a service."""
    ahead = max(0, (row.day - clock.today()).days)
    return Service(row.key, row.name, city().doing(row.section), (row.key,), row.minutes, 0, row.minutes, ahead, 0, 2, 4,
                   row.cancelled_at is None and row.day >= clock.today(), row.bring, row.who, door=row.door, until=row.until)


def with_occasions(found: Setup) -> Setup:
    """What the city has written, and the occasions that are not forgotten yet."""
    rows = list(Occasion.objects.filter(day__gte=clock.today() - dt.timedelta(days=found.keep)).order_by("day", "start", "id"))
    if not rows:
        return found
    return dataclasses.replace(found, counters=found.counters | {r.key: counter_of(r) for r in rows},
                               services=found.services | {r.key: service_of(r) for r in rows})


def until_day_of(row: Occasion) -> dt.date:
    """The last day on which it can be booked, as it was typed."""
    return (row.until - dt.timedelta(seconds=1)).astimezone(clock.JST).date()


def facts(row: Occasion) -> dict[str, Any]:
    """What the record says of an occasion."""
    return {"occasion": row.key, "kind": row.kind, "day": str(row.day), "start": row.start, "end": row.end, "seats": row.seats,
            "minutes": row.minutes, "place": row.place}


def occasion_read(form: Mapping[str, str], *, section: str, by: str, kind: str, door: str = "", before: Occasion | None = None) -> Occasion:
    """What was typed, as a row that is not stored yet. ``before``: the row as it was, whose last day to book may have gone by. Raises FormWrong."""
    words = {key: " ".join(form.get(key, "").split()) for key in WORDS_MOST}
    day, until_day = day_typed(form.get("day", "")), day_typed(form.get("until", "") or form.get("day", ""))
    start, end = minute_typed(form.get("start", "")), minute_typed(form.get("end", ""))
    seats, minutes = number_typed(form.get("seats", ""), 3), number_typed(form.get("minutes", ""), 3)
    today, faults = clock.today(), list[tuple[str, str]]()
    for key, ja in (("name", "名前"), ("place", "場所")):
        if not 2 <= len(words[key]) <= WORDS_MOST[key]:
            faults.append((key, f"{ja}を2〜{WORDS_MOST[key]}字で入力してください"))
    for key, ja in (("who", "来られる方"), ("bring", "持ち物")):
        if len(words[key]) > WORDS_MOST[key]:
            faults.append((key, f"{ja}は{WORDS_MOST[key]}字までにしてください"))
    if day is None or not 0 <= (day - today).days <= AHEAD_MOST:
        faults.append(("day", "日は、今日から1年以内の日付にしてください"))
    if start < 0:
        faults.append(("start", f"始まりは 9:00 の形で、{CELL}分きざみにしてください"))
    if end < 0 or (start >= 0 and end <= start):
        faults.append(("end", f"終わりは、始まりより後の {CELL}分きざみにしてください(例: 16:00)"))
    if not 1 <= seats <= SEATS_MOST:
        faults.append(("seats", f"同時に受けられる人数は1〜{SEATS_MOST}にしてください"))
    if not CELL <= minutes <= MINUTES_MOST or minutes % CELL or (0 <= start < end and minutes > end - start):
        faults.append(("minutes", f"一人の分は、開いている時間までの {CELL}の倍数にしてください"))
    if until_day is None or (day is not None and not (today if before is None else min(today, until_day_of(before))) <= until_day <= day):
        faults.append(("until", "予約の締切は、今日から当日までの日付にしてください"))
    if faults or day is None or until_day is None:
        raise FormWrong(faults)
    until = moment(until_day, start if until_day == day else DAY)
    return Occasion(key=f"o-{secrets.token_hex(4)}", section=section, kind=kind, door=door, day=day, start=start, end=end, seats=seats,
                    minutes=minutes, until=until, made_by=by, made_at=clock.now(), **words)


@transaction.atomic(durable=True)
def occasion_make(*, row: Occasion) -> Occasion:
    """It can be booked from now on."""
    row.save()
    audit.record(row.made_by, "booking.occasion_made", chain=chain(row.section), facts=facts(row))
    return row


def occasions_of(section: str) -> list[Occasion]:
    """Those of a section, for a room above that has asked who may: the next ones first, then the past ones."""
    rows, today = list(Occasion.objects.filter(section__in=city().kept_as(section)).order_by("day", "start", "id")), clock.today()
    return [*(r for r in rows if r.day >= today), *(r for r in reversed(rows) if r.day < today)][:100]


def occasion_of(section: str, key: str) -> Occasion:
    """One of a section or of one that it took over, for a room above that has asked who may. Raises ServiceNotFound."""
    row = Occasion.objects.filter(section__in=city().kept_as(section), key=key).first()
    if row is None:
        raise ServiceNotFound
    return row


def occasions_there(keys: Collection[str]) -> set[str]:
    """Which of these are not forgotten, for a room above."""
    return set(Occasion.objects.filter(key__in=keys).values_list("key", flat=True))


def booked_at(row: Occasion) -> list[Booking]:
    """Who comes, in the order of the day."""
    wanted = Booking.objects.filter(service=row.key).exclude(state__in=[State.HELD, State.LAPSED])
    return list(wanted.order_by("start", "seat"))


@transaction.atomic(durable=True)
def occasion_cancel(*, section: str, key: str, by: str) -> tuple[int, int]:
    """It does not take place. Every booking is cancelled and told of by mail, and so is who waits for a place. Returns (told, to be
    telephoned)."""
    found = occasion_of(section, key)
    claims.section_lock(found.section)  # nobody books while it ends
    row = Occasion.objects.select_for_update().get(id=found.id)
    told = silent = 0
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_by = clock.now(), by
        row.save(update_fields=["cancelled_at", "cancelled_by"])
        for held in Booking.objects.select_for_update().filter(service=key, state=State.HELD).order_by("id"):
            claims.lapse(held)
        told += _waits_no_more(key, by)
        for booking in Booking.objects.select_for_update().filter(service=key, state=State.CONFIRMED, day__gte=clock.today()).order_by("id"):
            reached = called_off(booking, by)
            told, silent = told + reached, silent + (not reached)
        audit.record(by, "booking.occasion_cancelled", chain=chain(row.section), facts={"occasion": key, "told": told, "silent": silent})
    return told, silent


def _waits_no_more(key: str, by: str) -> int:
    """Who waits, or was offered a place, is told that there will be none; they all gave an address."""
    rows = list(Waiting.objects.select_for_update().filter(service=key, state__in=["waiting", "offered"]).order_by("id"))
    for row in rows:
        mails.send_waiting(row, contact_of(row), "wait_off")
        row.state, row.sealed, row.booking = "over", None, None
        row.save(update_fields=["state", "sealed", "booking"])
        audit.record(by, "booking.waiting_over", chain=chain(row.section), facts={"waiting": row.id, "why": "called_off"})
    return len(rows)


def called_off(booking: Booking, by: str) -> bool:
    """A booking that can not be kept is cancelled, in the caller's transaction. Is it told of by mail?"""
    booking.state = after(booking.state, Act.CANCEL) or booking.state
    booking.sequence, booking.changed_at = booking.sequence + 1, clock.now()
    booking.save(update_fields=["state", "sequence", "changed_at"])
    booking.cells.all().delete()
    audit.record(by, "booking.cancelled", chain=chain(booking.section), facts={
        "booking": str(booking.id), "service": booking.service, "day": str(booking.day), "start": booking.start, "counter": booking.counter,
        "channel": booking.channel})
    return mails.send(booking, contact_of(booking), "off")


def occasions_without(bookings: QuerySet[Booking]) -> QuerySet[Occasion]:
    """Occasions that are to be forgotten, but for those that have one of these bookings."""
    before = clock.today() - dt.timedelta(days=standing().keep)
    return Occasion.objects.filter(day__lt=before).exclude(key__in=bookings.values("service"))


def hours_words(row: Occasion) -> str:
    """9:00〜16:00"""
    return say("{start}〜{end}", start=clock_words(row.start), end=clock_words(row.end))
