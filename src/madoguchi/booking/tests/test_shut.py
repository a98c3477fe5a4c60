"""Times that are closed after somebody was given them: what is only held, what was offered, and days that were declared later."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pytest
from django.core.management import call_command
from tests.support.walk import text

from madoguchi.booking import closures, days, keeping, services, waiting
from madoguchi.booking import setup as pack
from madoguchi.booking.errors import HoldOver
from madoguchi.booking.models import Booking, Taken
from madoguchi.booking.rules import State, minute_typed
from madoguchi.kernel import audit, clock
from madoguchi.notifications.models import Mail

from .conftest import FORM, MONDAY, NINE, booked, by_phone, filled, held
from .test_waiting import HOUR, shut, wait


def closed_later(monkeypatch, key: str, day: dt.date) -> None:
    """The city writes into booking.yaml that this counter is closed on a day."""
    found = pack.standing()
    counter = dataclasses.replace(found.counters[key], exceptions={day: ()})
    changed = dataclasses.replace(found, counters=found.counters | {key: counter})
    monkeypatch.setattr(pack, "read_setup", lambda *a: changed)


def test_what_is_only_held_is_not_confirmed_into_a_closed_time(hall):
    row = services.details_set(booking=held(), form=FORM)
    closure, hit, *_ = shut(hall)
    assert hit == 0 and not Taken.objects.filter(booking=row).exists()
    with pytest.raises(HoldOver):
        services.booking_confirm(booking=row, by="x")
    assert not Booking.objects.filter(state=State.CONFIRMED).exists() and closures.hits(closure) == []


def test_a_hold_moves_to_a_seat_that_stays_open(hall):
    rows = [held("moving", start=NINE) for _ in range(2)]
    shut(hall, section="shimin", counter="shimin", seats="1")
    states = sorted(Booking.objects.filter(id__in=[r.id for r in rows]).values_list("state", "seat"))
    assert states == [("held", 0), ("lapsed", 1)]


def two_counters(monkeypatch, place: str = "市役所別館2階") -> None:
    """The service of taxes is at two counters, with a seat each."""
    found = pack.standing()
    second = dataclasses.replace(found.counters["zeimu"], key="zeimu2", place=place)
    tax = dataclasses.replace(found.services["tax"], counters=("zeimu", "zeimu2"))
    changed = dataclasses.replace(found, counters=found.counters | {"zeimu2": second}, services=found.services | {"tax": tax})
    monkeypatch.setattr(pack, "read_setup", lambda *a: changed)


def test_a_booking_moves_to_another_counter_of_its_service_before_it_is_off(hall, monkeypatch):
    two_counters(monkeypatch)
    mailed, silent = booked(), by_phone(start=NINE + 30)
    alone = [by_phone(start=10 * 60), by_phone(start=10 * 60)]  # both counters are taken at ten
    assert [b.counter for b in alone] == ["zeimu", "zeimu2"]
    answer = hall.desk("yamada").post("/staff/booking/closures/", {
        "section": "zeimu", "counter": "zeimu", "first": "2026-11-30", "reason": "職員の研修", "tell": "yes"})
    for row in (mailed, silent):
        row.refresh_from_db()
        assert (row.counter, row.seat, row.state, row.sequence) == ("zeimu2", 0, State.CONFIRMED, 1)
        assert set(Taken.objects.filter(booking=row).values_list("counter", flat=True)) == {"zeimu2"}
    assert list(Mail.objects.exclude(key__contains=":made:").values_list("key", flat=True)) == [f"booking:{mailed.id}:moved:1"]
    page = text(hall.desk("yamada").get(answer["Location"]))
    moved, _, off = page.partition("開けられない予約")
    assert mailed.number in moved and silent.number in moved and alone[0].number in off and alone[1].number not in page
    assert hall.desk("sato").get(answer["Location"]).status_code == 404
    assert audit.verify() == []


def test_a_hold_moves_to_another_counter_too_and_nobody_is_told_who_stays_where_they_go(hall, monkeypatch):
    two_counters(monkeypatch, place=str(pack.standing().counters["zeimu"].place))
    row, hold = booked(), held(start=NINE + 30)
    _, hit, told, moved = shut(hall, counter="zeimu")
    row.refresh_from_db(), hold.refresh_from_db()
    assert (row.counter, hold.counter, hold.state) == ("zeimu2", "zeimu2", State.HELD)
    assert (hit, told, moved) == (0, 0, []) and not Mail.objects.filter(key__contains=":moved:").exists()


def test_whoever_was_offered_a_time_that_is_closed_waits_on(hall):
    rows = filled()
    first = wait("a@example.jp")
    services.booking_cancel(booking=rows[0], by="x", staff=True)
    first.refresh_from_db()
    assert first.state == "offered"
    shut(hall, start="9:00", end="9:30")
    with pytest.raises(HoldOver):
        waiting.offer_accept(row=first, by="x")
    first.refresh_from_db()
    assert (first.state, first.booking) == ("waiting", None) and first.sealed
    services.booking_cancel(booking=rows[1], by="x", staff=True)
    first.refresh_from_db()
    assert first.state == "offered" and first.booking.start == rows[1].start, "the next one that becomes free"
    assert audit.verify() == []


def test_the_browser_is_told_that_its_hold_is_over(hall, opening):
    client = hall.browser()
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})["Location"]
    shut(hall)
    for reply in (client.get(away), client.post(away, FORM), client.post(away.replace("details", "check"))):
        assert reply["Location"].startswith("/booking/tax/?day=2026-11-30&over=1")
    assert "お取り置きの時間が過ぎました" in text(client.get(client.get(away)["Location"]))
    assert hall.browser().get(away)["Location"] == "/booking/find/", "nobody else is told that there was one"
    away = client.post("/booking/tax/hold/", {"slot": "2026-12-01T9:00"})["Location"]
    with clock.frozen(opening + dt.timedelta(minutes=11)):
        held(day=dt.date(2026, 12, 1))  # somebody else has it
        assert "over=1" in client.post(away, FORM)["Location"]


def test_whose_time_was_closed_reads_it_on_the_page_of_the_booking(hall):
    row, client = booked(owner=hall.owner("hanako").key), hall.browser("hanako")
    assert "開けられなくなりました" not in text(client.get(f"/booking/b/{row.id}/"))
    shut(hall)
    page = text(client.get(f"/booking/b/{row.id}/"))
    assert "ご予約の時間に、窓口を開けられなくなりました" in page and f"/booking/b/{row.id}/change/" in page
    client.cookies["ui_lang"] = "en"
    assert "The counter cannot be open at the time of your booking" in text(client.get(f"/booking/b/{row.id}/"))
    services.booking_cancel(booking=row, by="x", staff=True)
    assert "cannot be open" not in text(client.get(f"/booking/b/{row.id}/"))


@pytest.mark.parametrize("how", ["closure", "pack"])
def test_nobody_is_reminded_of_a_time_that_is_closed(hall, monkeypatch, how):
    row, silent = booked(), by_phone(start=NINE + 30)
    if how == "pack":
        closed_later(monkeypatch, "zeimu", MONDAY)
    else:
        closures.closure_make(actor=hall.staff("yamada"), section="zeimu", tell=False, typed=closures.Typed(
            "", "2026-11-30", "", "", "", "", "職員の研修"))
    with clock.frozen(row.starts_at - 16 * HOUR):
        assert keeping.bookings_remind() == 1
        assert keeping.bookings_remind() == 0
    assert [m.key for m in Mail.objects.filter(key__contains=f"{row.id}").exclude(key__contains="made")] == [f"booking:{row.id}:shut:0"]
    assert not Mail.objects.filter(key__contains=f"{silent.id}").exists()


def test_who_was_told_of_the_closure_is_not_told_again(hall):
    row = booked()
    shut(hall)
    with clock.frozen(row.starts_at - 16 * HOUR):
        keeping.bookings_remind()
    assert Mail.objects.filter(key__contains=":shut:").count() == 1 and not Mail.objects.filter(key__contains=":remind:").exists()


def test_a_day_that_is_declared_closed_afterwards_is_shown_to_staff(hall, monkeypatch):
    row, other = by_phone(), by_phone(day=dt.date(2026, 12, 1))
    desk = hall.desk("yamada")
    assert "窓口が開いていない" not in text(desk.get("/staff/booking/closures/"))
    closed_later(monkeypatch, "zeimu", MONDAY)
    assert closures.shut_out("zeimu") == [row] and days.shut_out([]) == []
    page = text(desk.get("/staff/booking/closures/"))
    assert "窓口が開いていない時間の予約" in page and row.number in page and other.number not in page
    assert "窓口が開いていません" in text(desk.get(f"/staff/booking/?day={MONDAY}"))
    assert "窓口が開いていません" not in text(desk.get("/staff/booking/?day=2026-12-01"))
    out = io.StringIO()
    call_command("booking", "check", stdout=out)
    assert "窓口が開いていない時間の予約が1件" in out.getvalue() and row.number in out.getvalue() and "試用" not in out.getvalue()


@pytest.mark.parametrize(("typed", "minute"), [("9:00", 540), ("９：００", 540), (" 09:05 ", 545), ("24:00", 1440), ("9:03", -1), ("25:00", -1),
                                               ("9", -1), ("9:5", -1), ("", -1), ("九時", -1)])
def test_a_time_as_staff_type_it(typed, minute):
    assert minute_typed(typed) == minute
