"""A booking from the first look to the day: held, confirmed, changed, cancelled, come."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from madoguchi.booking import claims, services
from madoguchi.booking.days import days_of, next_free, places
from madoguchi.booking.errors import BookingOver, FormWrong, HoldOver, SlotTaken, TooLate, TooManyBookings
from madoguchi.booking.models import Booking, PersonMark, Taken
from madoguchi.booking.rules import State
from madoguchi.booking.selectors import booking_by_code
from madoguchi.booking.setup import setup
from madoguchi.config.wiring import connect
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

from .conftest import FORM, MONDAY, NINE, booked, by_phone, filled, held

TAX, CARE, CARD, GRIEF, MOVE = (lambda key=key: setup().services[key] for key in ("tax", "care", "card-pickup", "bereavement", "moving"))
MINUTE = dt.timedelta(minutes=1)


def free_at(service, day=MONDAY):
    return {slot.start: slot.free for slot in days_of(service, day, 1)[0].slots}


def test_the_slots_of_a_day(hall):
    assert sorted(free_at(TAX())) == [*range(540, 720, 30), *range(780, 990, 30)]
    assert free_at(CARD())[NINE] == 2
    week = days_of(TAX(), dt.date(2026, 11, 21), 7)
    assert [bool(d.slots) for d in week] == [False, False, False, True, True, True, True], "Saturday, Sunday, 勤労感謝の日"
    assert [d.works for d in week[:3]] == [False] * 3


def test_neither_too_soon_nor_too_far(hall, opening):
    today = free_at(TAX(), opening.date())
    assert min(today) == 13 * 60, "two hours from ten o'clock on, after lunch"
    far = opening.date() + dt.timedelta(days=61)
    assert not days_of(TAX(), far, 1)[0].bookable
    with pytest.raises(SlotTaken):
        held("tax", opening.date(), 10 * 60)
    with pytest.raises(SlotTaken):
        held("tax", dt.date(2027, 1, 25), NINE)
    with pytest.raises(SlotTaken):
        held("tax", MONDAY, NINE + 5)


def test_a_holiday_counter_opens_by_its_exception(hall):
    assert free_at(CARD(), dt.date(2026, 12, 13)), "a Sunday"
    assert not free_at(MOVE(), dt.date(2026, 12, 13))


def test_a_hold_is_nobody_elses_for_ten_minutes(hall, opening):
    held()
    assert NINE not in free_at(TAX())
    with pytest.raises(SlotTaken):
        held()
    with clock.frozen(opening + 10 * MINUTE):
        assert NINE in free_at(TAX()), "by the clock: nobody has swept"
        second = held()
    assert Booking.objects.filter(state=State.LAPSED).count() == 1
    assert Taken.objects.filter(booking=second).count() == Taken.objects.count() == 6


def test_confirmed_with_number_code_mail_and_record(hall):
    row = services.details_set(booking=held(owner="r:1"), form=FORM)
    made, code = services.booking_confirm(booking=row, by="resident:r:1")
    assert made.state == State.CONFIRMED
    assert booking_by_code(number=made.number, code=code).id == made.id
    with pytest.raises(FormWrong):
        booking_by_code(number=made.number, code="00000000" if code != "00000000" else "1")
    mail = Mail.objects.get()
    assert made.number in mail.body
    assert "税" not in mail.body.replace("税・", "") and code not in mail.body, "it names no service, and not the code"
    entry = AuditEntry.objects.get(action="booking.made")
    assert (entry.chain, entry.actor) == ("booking:zeimu", "resident:r:1")
    assert "見本" not in str(entry.facts)
    assert services.booking_confirm(booking=row, by="resident:r:1") == (made, ""), "pressed twice"
    assert Mail.objects.count() == 1
    assert audit.verify() == []


def test_name_and_contact_are_sealed(hall):
    row = booked()
    raw = bytes(row.sealed)
    assert b"hanako" not in raw and "0767" not in raw.decode("latin-1")
    assert all(len(m.who) == 64 for m in PersonMark.objects.all())


@pytest.mark.parametrize(("form", "field"), [
    ({"name": ""}, "name"), ({"name": "あ" * 51}, "name"), ({"mail": "x@"}, "mail"), ({"phone": "12"}, "phone"), ({"mail": "", "phone": ""}, "mail")])
def test_what_is_wrong_with_a_contact(hall, form, field):
    row = held()
    with pytest.raises(FormWrong) as wrong:
        services.details_set(booking=row, form=FORM | form)
    assert field in dict(wrong.value.faults)


def test_the_ten_minutes_are_over(hall, opening):
    row = held()
    with clock.frozen(opening + 10 * MINUTE), pytest.raises(HoldOver):
        services.details_set(booking=row, form=FORM)
    row = services.details_set(booking=row, form=FORM)
    with clock.frozen(opening + 10 * MINUTE), pytest.raises(HoldOver):
        services.booking_confirm(booking=row, by="x")


def test_a_second_hold_of_the_same_browser_gives_the_first_back(hall):
    first = held()
    services.hold_make(service=TAX(), day=MONDAY, start=NINE + 30, owner="", language="ja", instead=[str(first.id)])
    assert NINE in free_at(TAX())


def test_as_many_as_one_person_may_have(hall):
    booked(owner="r:1")
    for more in ({"owner": "r:1", "mail": "b@example.jp", "phone": ""}, {"mail": "HANAKO@example.jp", "phone": ""},
                 {"mail": "", "phone": "0767530000"}):
        with pytest.raises(TooManyBookings):
            booked("tax", MONDAY, NINE + 60, **more)
        Booking.objects.filter(state=State.HELD).delete()
    booked("tax", MONDAY, NINE + 60, owner="r:2", mail="taro@example.jp", phone="0767530001")
    by_phone("tax", MONDAY, NINE + 90), by_phone("tax", MONDAY, NINE + 120)
    booked("care", MONDAY, 13 * 60)


def test_services_of_different_length_share_a_counter(hall):
    """おくやみ 60 + 15 minutes and 引越し 30 at two seats."""
    by_phone("bereavement", MONDAY, NINE)
    assert {s: n for s, n in free_at(MOVE()).items() if s < 11 * 60} == {540: 1, 570: 1, 600: 1, 630: 2}, "the pause reaches to 10:15"
    by_phone("moving", MONDAY, NINE + 30)
    assert NINE not in free_at(GRIEF()), "at one seat it is taken, at the other half an hour of it"


def test_the_key_of_the_database_refuses_a_second_one(hall):
    row = booked()
    cell = row.cells.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Taken.objects.create(counter=cell.counter, seat=cell.seat, day=cell.day, cell=cell.cell, booking=row)


def test_changed_in_one_transaction(hall):
    row = booked()
    by_phone("tax", MONDAY, NINE + 60)
    with pytest.raises(SlotTaken):
        services.booking_change(booking=row, day=MONDAY, start=NINE + 60, by="x")
    row.refresh_from_db()
    assert (row.start, row.sequence, row.cells.count()) == (NINE, 0, 6), "the old one is kept when the new one is gone"
    moved = services.booking_change(booking=row, day=MONDAY, start=NINE + 30, by="x")
    assert (moved.start, moved.sequence) == (NINE + 30, 1)
    assert NINE in free_at(TAX()) and NINE + 30 not in free_at(TAX())
    assert sorted(moved.cells.values_list("cell", flat=True)) == list(range(114, 120))
    assert Mail.objects.filter(key__contains=":changed:1").exists()


def test_into_a_time_that_overlaps_its_own(hall):
    row, often = by_phone("bereavement", MONDAY, NINE), dataclasses.replace(GRIEF(), every=30)
    by_phone("bereavement", MONDAY, NINE)
    with transaction.atomic():
        claims.claim(row, often, MONDAY, NINE + 30)
    assert sorted(row.cells.values_list("cell", flat=True)) == list(range(114, 129)), "half an hour later, at its own seat"
    assert not places(often, MONDAY, NINE)


def test_cancelled_and_given_back(hall):
    row = services.booking_cancel(booking=booked(), by="x")
    assert (row.state, row.sequence, row.cells.count()) == (State.CANCELLED, 1, 0)
    assert NINE in free_at(TAX())
    assert services.booking_cancel(booking=row, by="x").sequence == 1, "twice is once"
    with pytest.raises(BookingOver):
        services.booking_change(booking=row, day=MONDAY, start=NINE, by="x")
    booked("tax", MONDAY, NINE)


def test_until_two_hours_before_and_by_staff_later_too(hall):
    row = booked()
    with clock.frozen(row.starts_at - 119 * MINUTE):
        with pytest.raises(TooLate):
            services.booking_cancel(booking=row, by="x")
        with pytest.raises(TooLate):
            services.booking_change(booking=row, day=MONDAY, start=15 * 60, by="x")
        services.booking_change(booking=row, day=MONDAY, start=15 * 60, by="staff:yamada", staff=True)


def test_come_or_not_on_the_day(hall):
    row = booked()
    with pytest.raises(BookingOver):
        services.booking_mark(booking=row, came=True, by="x")
    with clock.frozen(row.starts_at):
        assert services.booking_mark(booking=row, came=False, by="x").state == State.ABSENT
        assert services.booking_mark(booking=row, came=True, by="x").state == State.CAME
    assert row.cells.count() == 6


def test_a_full_day_and_the_next_free_one(hall):
    assert len(filled()) == 13
    assert days_of(TAX(), MONDAY, 1)[0].full
    assert next_free(TAX(), MONDAY) == MONDAY + dt.timedelta(days=1)


def test_wrong_codes_lock_it_for_a_time(hall, opening):
    made, code = services.booking_confirm(booking=services.details_set(booking=held(), form=FORM), by="x")
    for _ in range(8):
        with pytest.raises(FormWrong):
            booking_by_code(number=made.number, code="x")
    with pytest.raises(FormWrong) as wrong:
        booking_by_code(number=made.number, code=code)
    assert "お電話" in wrong.value.ja and "あと30分は" in wrong.value.ja
    with clock.frozen(opening + 29 * MINUTE), pytest.raises(FormWrong) as wrong:
        booking_by_code(number=made.number, code=code)
    assert "あと1分は" in wrong.value.ja
    with clock.frozen(opening + 30 * MINUTE):
        with pytest.raises(FormWrong):
            booking_by_code(number=made.number, code="x")
        assert Booking.objects.get().code_tries == 1, "counted anew"
        assert booking_by_code(number=made.number, code=code).id == made.id, "for a time, not for good"


def test_the_record_stands_behind_every_booking(hall):
    """`audit verify` names a booking that was changed, removed or added by hand."""
    kept, gone = booked(), services.booking_change(booking=by_phone("tax", MONDAY, NINE + 60), day=MONDAY, start=NINE + 90, by="x")
    services.booking_cancel(booking=by_phone("tax", MONDAY, NINE + 30), by="x", staff=True)
    with clock.frozen(kept.starts_at):
        services.booking_mark(booking=kept, came=True, by="x")
    connect()
    assert witness.verify() == []
    Booking.objects.filter(id=kept.id).update(state=State.ABSENT)
    Booking.objects.filter(id=gone.id).update(start=NINE)
    Booking.objects.filter(state=State.CANCELLED).delete()
    Booking.objects.create(number="0000-0000", service="tax", section="zeimu", counter="zeimu", seat=0, day=MONDAY, start=600, minutes=30, pause=0,
                           state=State.CONFIRMED, created_at=clock.now(), changed_at=clock.now())
    told = [fault.ja for fault in witness.verify()]
    assert len(told) == 4
    assert {words for words in ("状態が", "日時が", "消されています", "記録がありません") for t in told if words in t} == {
        "状態が", "日時が", "消されています", "記録がありません"}


@pytest.mark.parametrize("text", ["", "x", "2026-11-30", "2026-11-30T", "2026-11-30T9", "2026-11-30T25:00", "2026-11-30T-1:00", "9999-12-31T23:59:59",
                                  "2026-11-30T" + "9" * 30])
def test_what_is_no_slot(text):
    assert services.slot_read(text) is None


def test_a_number_runs_out_of_luck_and_tries_again(hall, monkeypatch):
    first = held()
    drawn = iter([int(first.number.replace("-", "")[:7]), 7, 8])
    monkeypatch.setattr("madoguchi.booking.making.secrets.randbelow", lambda most: next(drawn))
    assert held("tax", MONDAY, NINE + 30).number != first.number
