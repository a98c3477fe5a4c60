"""Waiting for a full day, closing a time, the mail the day before, forgetting."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.booking import closures, keeping, services, waiting
from madoguchi.booking.contact import contact_of
from madoguchi.booking.days import days_of
from madoguchi.booking.errors import BookingNotFound, FormWrong, HoldOver, SlotTaken
from madoguchi.booking.models import Booking, Closure, Taken, Waiting
from madoguchi.booking.rules import State
from madoguchi.booking.setup import setup
from madoguchi.kernel import audit, clock
from madoguchi.notifications.models import Mail

from .conftest import FORM, MONDAY, NINE, booked, by_phone, filled

HOUR = dt.timedelta(hours=1)


def wait(mail: str, day: dt.date = MONDAY) -> Waiting:
    return waiting.waiting_join(service=setup().services["tax"], day=day, form=FORM | {"mail": mail, "phone": ""}, by="resident:guest",
                                owner="", language="ja")


def shut(hall, **typed: str):
    form = {"counter": "", "first": "2026-11-30", "last": "", "start": "", "end": "", "seats": "", "reason": "職員の研修"} | typed
    section = form.pop("section", "zeimu")
    who = hall.staff("yamada" if section == "zeimu" else "okada")
    return closures.closure_make(actor=who, section=section, typed=closures.Typed(**form), tell=True)


def test_the_first_who_waits_is_offered_then_the_next(hall, opening):
    row = filled()[0]
    first, second = wait("a@example.jp"), wait("b@example.jp")
    services.booking_cancel(booking=row, by="x", staff=True)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("offered", "waiting")
    assert contact_of(first.booking).mail == "a@example.jp"
    assert not days_of(setup().services["tax"], MONDAY, 1)[0].slots, "it is held for them"
    with clock.frozen(opening + 22.9 * HOUR):
        assert waiting.offers_sweep() == 0, "nobody's offer runs out at night"
    with clock.frozen(opening + 23 * HOUR):
        with pytest.raises(HoldOver):
            waiting.offer_accept(row=first, by="x")
        assert waiting.offers_sweep() == 1
        assert waiting.offers_sweep() == 0
        first.refresh_from_db(), second.refresh_from_db()
        assert (first.state, first.sealed, second.state) == ("over", None, "offered")
        made, code = waiting.offer_accept(row=second, by="x")
        assert (made.state, len(code)) == (State.CONFIRMED, 8)
        assert waiting.offer_accept(row=second, by="x") == (made, ""), "pressed twice"
    assert Mail.objects.filter(key__contains=":offer:").count() == 2
    assert audit.verify() == []


def test_at_night_it_is_kept_and_the_mail_waits_for_the_morning(hall, opening):
    row, night = filled()[0], opening + 12 * HOUR  # ten in the evening
    first, second = wait("a@example.jp"), wait("b@example.jp")
    with clock.frozen(night):
        services.booking_cancel(booking=row, by="x", staff=True)
        first.refresh_from_db(), second.refresh_from_db()
        assert (first.state, second.state) == ("offered", "waiting")
        assert not days_of(setup().services["tax"], MONDAY, 1)[0].slots, "nobody who is awake takes it before them"
    for later in (0, 1, 9.9):
        with clock.frozen(night + later * HOUR):
            waiting.offers_sweep()
    assert not Mail.objects.filter(key__contains=":offer:").exists()
    for later in (10, 11):
        with clock.frozen(night + later * HOUR):
            waiting.offers_sweep()
    mail = Mail.objects.get(key__contains=":offer:")
    assert mail.created_at == night + 10 * HOUR and "20時00分までに選ばれないときは" in mail.body
    with clock.frozen(night + 21 * HOUR):
        assert waiting.offer_accept(row=first, by="x")[0].state == State.CONFIRMED
    assert audit.verify() == []


def test_who_leaves_gives_it_to_the_next(hall):
    row = filled()[0]
    first, second = wait("a@example.jp"), wait("b@example.jp")
    services.booking_cancel(booking=row, by="x", staff=True)
    waiting.waiting_leave(row=first, by="x")
    waiting.waiting_leave(row=first, by="x")
    second.refresh_from_db()
    assert second.state == "offered"


def test_one_waits_for_a_full_day_only_and_once(hall):
    with pytest.raises(SlotTaken):
        wait("a@example.jp")
    filled()
    wait("a@example.jp")
    with pytest.raises(FormWrong):
        wait("a@example.jp")
    with pytest.raises(FormWrong):
        wait("")
    with pytest.raises(BookingNotFound):
        waiting.waiting_open("made-up")


def test_what_becomes_free_too_late_is_offered_to_nobody(hall):
    rows = filled()
    row = wait("a@example.jp")
    with clock.frozen(rows[0].starts_at - 2 * HOUR - dt.timedelta(minutes=20)):
        services.booking_cancel(booking=rows[0], by="x", staff=True)
        row.refresh_from_db()
        assert row.state == "waiting"
    with clock.frozen(rows[0].starts_at + 30 * HOUR):
        waiting.offers_sweep()
        row.refresh_from_db()
        assert row.state == "over"


def test_a_closed_time_has_no_slots_and_tells_whom_it_hits(hall):
    hit, other = booked(), by_phone("tax", MONDAY, NINE + 30)
    spared = by_phone("tax", MONDAY, 14 * 60)
    row, hits, told, _ = shut(hall, end="12:00")
    assert (hits, told) == (2, 1)
    assert closures.hits(row) == [hit, other]
    assert {s.start for s in days_of(setup().services["tax"], MONDAY, 1)[0].slots} == {*range(780, 990, 30)} - {spared.start}
    assert "窓口を開けられなくなりました" in Mail.objects.get(key__contains=":shut:").body
    with pytest.raises(SlotTaken):
        by_phone("tax", MONDAY, NINE + 60)
    services.booking_change(booking=other, day=MONDAY, start=15 * 60, by="staff:yamada", staff=True)
    assert closures.hits(row) == [hit]


def test_one_clerk_less_moves_bookings_to_another_seat(hall):
    """市民課 has two seats. Seat 2 closes: who sits there at ten moves to seat 1, at nine there is nobody to move to."""
    by_phone("moving", MONDAY, NINE), by_phone("moving", MONDAY, NINE)
    low = by_phone("moving", MONDAY, NINE + 60)
    high = by_phone("moving", MONDAY, NINE + 60)
    services.booking_cancel(booking=low, by="x", staff=True)
    row, hits, *_ = shut(hall, section="shimin", counter="shimin", seats="1")
    high.refresh_from_db()
    assert (high.seat, hits) == (0, 1)
    assert {c.seat for c in Taken.objects.filter(booking=high)} == {0}
    assert [(b.start, b.seat) for b in closures.hits(row)] == [(NINE, 1)]
    assert {s.start: s.free for s in days_of(setup().services["moving"], MONDAY, 1)[0].slots}[NINE + 30] == 1


def test_opened_again_and_offered_to_who_waits(hall):
    row, *_ = shut(hall, start="9:00", end="16:00")
    by_phone("tax", MONDAY, 16 * 60)
    waits = wait("a@example.jp")
    closures.closure_end(actor=hall.staff("yamada"), closure_id=row.id)
    waits.refresh_from_db()
    assert waits.state == "offered"
    row = Closure.objects.get()
    assert (row.ended_by, row.reason) == ("staff:yamada", "職員の研修"), "history stays"


@pytest.mark.parametrize(("typed", "field"), [
    ({"first": ""}, "first"), ({"first": "2026-11-19"}, "first"), ({"last": "2026-11-29"}, "last"), ({"last": "2028-01-01"}, "last"),
    ({"start": "9:03"}, "start"), ({"start": "12:00", "end": "9:00"}, "end"), ({"end": "25:00"}, "end"), ({"seats": "1"}, "seats"),
    ({"counter": "zeimu", "seats": "2"}, "seats"), ({"counter": "card"}, "counter"), ({"reason": " "}, "reason"), ({"end": "x:y"}, "end")])
def test_what_is_wrong_with_a_closure(hall, typed, field):
    with pytest.raises(FormWrong) as wrong:
        shut(hall, **typed)
    assert field in dict(wrong.value.faults)


def test_the_mail_of_the_day_before(hall, opening):
    booked()
    with clock.frozen(dt.datetime(2026, 11, 29, 15, 59, tzinfo=clock.JST)):
        assert keeping.bookings_remind() == 0
    with clock.frozen(dt.datetime(2026, 11, 29, 16, 0, tzinfo=clock.JST)):
        assert keeping.bookings_remind() == 1
        assert keeping.bookings_remind() == 0
    mail = Mail.objects.get(key__contains=":remind:")
    assert "税の相談" not in mail.body and "9時00分" in mail.body


def test_who_booked_the_same_day_is_not_reminded(hall):
    with clock.frozen(dt.datetime(2026, 11, 29, 15, 0, tzinfo=clock.JST)):
        booked()
    with clock.frozen(dt.datetime(2026, 11, 29, 17, 0, tzinfo=clock.JST)):
        assert keeping.bookings_remind() == 0


@pytest.mark.parametrize(("changed", "told"), [(dt.datetime(2026, 11, 29, 15, 0, tzinfo=clock.JST), 0),
                                               (dt.datetime(2026, 11, 28, 15, 0, tzinfo=clock.JST), 1)])
def test_a_change_of_the_same_day_is_the_reminder_too(hall, opening, changed, told):
    row = booked()
    with clock.frozen(changed):
        services.booking_change(booking=row, day=MONDAY, start=NINE + 30, by="x", staff=True)
    with clock.frozen(dt.datetime(2026, 11, 29, 16, 0, tzinfo=clock.JST)):
        assert keeping.bookings_remind() == told
    assert Mail.objects.filter(key__contains=":changed:").count() == 1 and Mail.objects.filter(key__contains=":remind:").count() == told


def test_mails_follow_the_language(hall):
    row = booked()
    Booking.objects.update(language="en")
    row.refresh_from_db()
    services.booking_cancel(booking=row, by="x")
    body = Mail.objects.get(key__contains=":cancelled:").body
    assert row.number in body and "予約" not in body


def test_forgotten_after_the_days_of_the_city(hall, opening):
    booked()
    with clock.frozen(opening + 2 * HOUR):
        services.hold_make(service=setup().services["tax"], day=MONDAY, start=NINE + 60, owner="r:1", language="ja")
    with clock.frozen(opening + 5 * HOUR):
        keeping.bookings_sweep()
    assert set(Booking.objects.values_list("state", "owner")) == {("confirmed", ""), ("lapsed", "")}
    with clock.frozen(dt.datetime(2027, 2, 28, 10, 0, tzinfo=clock.JST)):
        assert keeping.bookings_sweep() == 0
    with clock.frozen(dt.datetime(2027, 3, 1, 10, 0, tzinfo=clock.JST)):
        assert keeping.bookings_sweep() == 1
    assert not Booking.objects.exists() and not Taken.objects.exists()
