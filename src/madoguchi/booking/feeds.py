"""iCalendar (RFC 5545): one booking as a file, and feeds at secret addresses for calendar programs. Nobody's name is in them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from madoguchi.identity.public import Owner, Staff
from madoguchi.kernel import audit, clock
from madoguchi.kernel.said import bare, say
from madoguchi.offices.public import city
from madoguchi.web import languages

from .codes import chain, feed_digest
from .errors import BookingNotFound
from .mails import spoken
from .models import Booking, Feed
from .rules import State
from .selectors import section_require
from .setup import Setup, setup

if TYPE_CHECKING:
    from icalendar import Calendar, Event

TOKYO = "Asia/Tokyo"
BACK, FORWARD = dt.timedelta(days=30), dt.timedelta(days=400)


def _calendar(name: str) -> Calendar:
    from icalendar import Calendar, Timezone, TimezoneStandard  # 70 ms that only who asks for a calendar pays

    out = Calendar()
    out.add("prodid", "-//madoguchi//booking//JA")
    out.add("version", "2.0")
    out.add("calscale", "GREGORIAN")
    out.add("method", "PUBLISH")
    out.add("x-wr-calname", name)
    out.add("x-wr-timezone", TOKYO)
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", TOKYO)
    standard.add("dtstart", dt.datetime(1970, 1, 1))  # noqa: DTZ001 - local time of the zone, as RFC 5545 wants it
    standard.add("tzoffsetfrom", dt.timedelta(hours=9))
    standard.add("tzoffsetto", dt.timedelta(hours=9))
    standard.add("tzname", "JST")
    zone.add_component(standard)
    out.add_component(zone)
    return out


def _event(row: Booking, summary: str, description: str, known: Setup, *, alarm: bool) -> Event:
    from icalendar import Alarm, Event

    out, zone, counter = Event(), ZoneInfo(TOKYO), known.counters.get(row.counter)
    out.add("uid", f"{row.id}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}")
    out.add("dtstamp", row.changed_at.astimezone(dt.UTC))
    out.add("last-modified", row.changed_at.astimezone(dt.UTC))
    out.add("sequence", row.sequence)
    out.add("dtstart", row.starts_at.astimezone(zone))
    out.add("dtend", row.ends_at.astimezone(zone))
    out.add("summary", summary)
    out.add("description", description)
    if counter:
        out.add("location", f"{bare(city().name)} {bare(counter.place)}")
    out.add("status", "CANCELLED" if row.state == State.CANCELLED else "CONFIRMED")
    out.add("transp", "TRANSPARENT" if row.state == State.CANCELLED else "OPAQUE")
    if alarm and row.state != State.CANCELLED:
        bell = Alarm()
        bell.add("action", "DISPLAY")
        bell.add("description", summary)
        bell.add("trigger", dt.timedelta(hours=-2))
        out.add_component(bell)
    return out


def _own(row: Booking, known: Setup) -> Event:
    service = known.services.get(row.service)
    said = [bare(say("予約番号 {number}", number=row.number))]
    if service and service.bring:
        said.append(bare(say("持ち物：{bring}", bring=service.bring)))
    return _event(row, bare(service.name) if service else bare(say("窓口の予約")), "\n".join(said), known, alarm=True)


def booking_ics(row: Booking) -> bytes:
    """One booking of who has opened it, in the language they read."""
    with spoken(languages.recorded()):
        out = _calendar(bare(say("窓口の予約")))
        out.add_component(_own(row, setup()))
    return bytes(out.to_ical())


def feed_make(*, owner: Owner) -> str:
    """A new address for a resident's calendar; an older one stops working. Returns its secret, which is shown once."""
    if not owner.signed_in:
        raise BookingNotFound
    return _made(owner.key, owner.actor, "booking:feeds")


def section_feed_make(*, actor: Staff, section: str) -> str:
    """A new address for the calendars of a section. Raises BookingNotFound."""
    section_require(actor=actor, section=section)
    return _made(f"s:{section}", actor.actor, chain(section))


@transaction.atomic(durable=True)
def _made(whose: str, by: str, where: str) -> str:
    secret = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(whose=whose, defaults={"secret": feed_digest(secret), "made_at": clock.now()})
    audit.record(by, "booking.feed_made", chain=where)
    return secret


def feed_drop(*, owner: Owner) -> None:
    """Stop a resident's feed."""
    Feed.objects.filter(whose=owner.key).delete()


def feed_made(whose: str) -> bool:
    """Is there one?"""
    return Feed.objects.filter(whose=whose).exists()


def feed_read(secret: str) -> bytes:
    """The calendar at a secret address. Raises BookingNotFound."""
    found = Feed.objects.filter(secret=feed_digest(secret)).first()
    if found is None:
        raise BookingNotFound
    today = clock.today()
    rows = Booking.objects.filter(day__range=(today - BACK, today + FORWARD)).order_by("day", "start", "id")
    rows = rows.exclude(state__in=[State.HELD, State.LAPSED])
    kind, _, who = found.whose.partition(":")
    if kind == "s":
        return _section(rows.filter(section__in=city().kept_as(who)), who)
    own, known = list(rows.filter(owner=found.whose)), setup()
    with spoken(own[-1].language if own else ""):  # a calendar program has no cookie: each booking is said as it was made
        out = _calendar(bare(say("窓口の予約")))
    for row in own:
        with spoken(row.language):
            out.add_component(_own(row, known))
    return bytes(out.to_ical())


def _section(rows: Iterable[Booking], section: str) -> bytes:
    known = city().sections.get(section)
    out = _calendar(f"窓口の予約({known.name if known else section})")
    found = setup()
    for row in rows:
        service, counter = found.services.get(row.service), found.counters.get(row.counter)
        name = service.name if service else row.service
        out.add_component(_event(row, f"{row.number} {name}", f"{counter.name if counter else row.counter} 席{row.seat + 1}", found,
                                 alarm=False))
    return bytes(out.to_ical())
