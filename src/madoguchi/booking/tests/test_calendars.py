"""iCalendar: read back by the library that wrote it and by another parser, with all that calendar programs ask for."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest
import vobject

from madoguchi.booking import feeds, services
from madoguchi.booking.errors import BookingNotFound
from madoguchi.booking.models import Booking
from madoguchi.web.languages import LANGUAGES, drawing

from .conftest import MONDAY, NINE, booked, by_phone

NINE_UTC = dt.datetime(2026, 11, 30, 0, 0, tzinfo=dt.UTC)


def test_a_file_of_one_booking(hall):
    row = booked()
    data = feeds.booking_ics(row)
    found = icalendar.Calendar.from_ical(data)
    event = found.walk("VEVENT")[0]
    assert (found["VERSION"], found["METHOD"], str(found.walk("VTIMEZONE")[0]["TZID"])) == ("2.0", "PUBLISH", "Asia/Tokyo")
    assert event["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert event.decoded("DTSTART") == NINE_UTC and event.decoded("DTEND") - event.decoded("DTSTART") == dt.timedelta(minutes=30)
    assert (event["UID"], int(event["SEQUENCE"]), event["STATUS"]) == (f"{row.id}@127.0.0.1", 0, "CONFIRMED")
    assert "税の相談" in event["SUMMARY"] and row.number in event["DESCRIPTION"] and "税務課" in event["LOCATION"]
    assert "見本" not in data.decode(), "nobody's name"
    assert b"\r\n" in data and all(len(line) <= 75 for line in data.split(b"\r\n")), "folded as RFC 5545 wants it"
    other = vobject.readOne(data.decode())
    assert other.vevent.dtstart.value.astimezone(dt.UTC) == NINE_UTC
    assert other.vevent.uid.value == event["UID"]
    assert other.vtimezone.tzid.value == "Asia/Tokyo"
    assert other.vevent.valarm.trigger.value == dt.timedelta(hours=-2)


def events(secret: str):
    data = feeds.feed_read(secret).decode()
    ours = {str(e["UID"]): e for e in icalendar.Calendar.from_ical(data).walk("VEVENT")}
    theirs = {e.uid.value: e for e in vobject.readOne(data).contents.get("vevent", [])}
    assert set(ours) == set(theirs)
    for uid, event in ours.items():
        assert theirs[uid].dtstart.value == event.decoded("DTSTART")
        assert theirs[uid].status.value == event["STATUS"]
        assert int(theirs[uid].sequence.value) == int(event["SEQUENCE"])
    return ours


def test_a_feed_follows_its_bookings(hall):
    owner = hall.owner("hanako")
    row = booked(owner=owner.key)
    booked("care", owner="r:other", mail="b@example.jp", phone="")
    secret = feeds.feed_make(owner=owner)
    uid = f"{row.id}@127.0.0.1"
    assert list(events(secret)) == [uid]
    services.booking_change(booking=row, day=MONDAY, start=NINE + 30, by="x")
    event = events(secret)[uid]
    assert (int(event["SEQUENCE"]), event.decoded("DTSTART")) == (1, NINE_UTC + dt.timedelta(minutes=30))
    services.booking_cancel(booking=row, by="x")
    event = events(secret)[uid]
    assert (int(event["SEQUENCE"]), event["STATUS"], event["TRANSP"]) == (2, "CANCELLED", "TRANSPARENT")
    again = feeds.feed_make(owner=owner)
    with pytest.raises(BookingNotFound):
        feeds.feed_read(secret)
    feeds.feed_drop(owner=owner)
    with pytest.raises(BookingNotFound):
        feeds.feed_read(again)


def test_the_feed_of_a_section_names_nobody(hall):
    by_phone("tax", MONDAY, NINE, "見本 太郎"), by_phone("care", MONDAY, NINE)
    secret = feeds.section_feed_make(actor=hall.staff("yamada"), section="zeimu")
    found = events(secret)
    assert len(found) == 1
    assert "見本" not in feeds.feed_read(secret).decode()
    with pytest.raises(BookingNotFound):
        feeds.section_feed_make(actor=hall.staff("yamada"), section="kaigo")


def test_an_empty_feed_is_a_calendar_too(hall):
    assert events(feeds.feed_make(owner=hall.owner("ume"))) == {}


def test_a_calendar_speaks_the_language_of_its_reader(hall):
    owner = hall.owner("hanako")
    row = booked(owner=owner.key)
    Booking.objects.update(language="en")
    with drawing(LANGUAGES["en"]):
        mine = icalendar.Calendar.from_ical(feeds.booking_ics(row))
    fed = icalendar.Calendar.from_ical(feeds.feed_read(feeds.feed_make(owner=owner)))  # fetched by a program that has no cookie
    for found in (mine, fed):
        event = found.walk("VEVENT")[0]
        assert event["SUMMARY"] == event.walk("VALARM")[0]["DESCRIPTION"] == "Advice on taxes" and str(found["X-WR-CALNAME"]) == "Book a counter"
        assert event["DESCRIPTION"].startswith("Booking number") and event["LOCATION"].startswith("Nanao City ")
        assert not re.search("[ぁ-ゖァ-ヺ]", event["DESCRIPTION"])
