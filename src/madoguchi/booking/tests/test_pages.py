"""The pages, as a browser without JavaScript goes them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from tests.support.walk import text

from madoguchi.booking import services
from madoguchi.booking.models import Booking, Closure, Waiting
from madoguchi.booking.setup import setup
from madoguchi.kernel import clock

from .conftest import FORM, MONDAY, NINE, booked, by_phone, filled, held

DAY = "/booking/tax/?day=2026-11-30"


def at(name: str, row: Booking) -> str:
    return reverse(name, kwargs={"booking_id": row.id})


def walk(client, slot: str = "2026-11-30T9:00", **form: str) -> Booking:
    """From the days to the number."""
    away = client.post("/booking/tax/hold/", {"slot": slot})
    assert away.status_code == 303, text(away)
    checked = client.post(away["Location"], FORM | form)
    assert checked.status_code == 303, text(checked)
    assert client.post(checked["Location"]).status_code == 303
    return Booking.objects.latest("created_at")


def test_a_guest_books_changes_and_cancels(hall):
    client = hall.browser()
    assert "税の相談" in text(client.get("/booking/")) and "職員が予約を入れる" not in text(client.get("/booking/"))
    assert 'value="2026-11-30T9:00"' in text(client.get(DAY))
    row = walk(client)
    page = text(client.get(at("booking", row)))
    code = re.search(r'receipt num">(\d{8})<', page)[1]
    assert row.number in page and "予約しました" in page
    assert 'value="2026-11-30T9:00"' not in text(hall.browser().get(DAY))
    other = hall.browser()
    assert other.get(at("booking", row))["Location"] == "/booking/find/"
    assert other.post("/booking/find/", {"number": row.number, "code": "1"}).status_code == 422
    assert other.post("/booking/find/", {"number": row.number.replace("-", ""), "code": code})["Location"] == at("booking", row)
    change = at("booking_change", row)
    asked = text(other.get(change, {"slot": "2026-11-30T9:30"}))
    assert "この日時に変える" in asked
    assert "変えました" not in text(other.get(f"{at('booking', row)}?done=changed")), "nothing was changed yet"
    page = text(other.get(other.post(change, {"slot": "2026-11-30T9:30"})["Location"]))
    assert "9:30〜10:00" in page and "窓口の予約の日時を変えました。" in page
    assert "変えました" not in text(other.get(at("booking", row)))
    assert "元に戻せません" in text(other.get(at("booking_cancel", row)))
    assert other.post(at("booking_cancel", row)).status_code == 303
    page = text(other.get(at("booking", row)))
    assert "取消し済み" in page and at("booking_change", row) not in page
    page = text(client.get(at("booking", row)))
    assert "取消し済み" in page and "予約しました" not in page and code not in page, "the browser that made it a minute ago is told, too"


def test_signed_in_the_name_is_there_and_my_page_shows_it(hall):
    client = hall.browser("hanako")
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    assert 'value="見本 花子"' in text(client.get(away["Location"]))
    client.post(away["Location"], FORM)
    client.post(away["Location"].replace("details", "check"))
    row = Booking.objects.get()
    assert row.owner == hall.owner("hanako").key
    assert row.number in text(hall.browser("hanako").get("/booking/my/"))
    assert hall.browser("hanako").get(at("booking", row)).status_code == 200, "from another browser, signed in"
    assert "/booking/my/" in text(client.get("/my/"))
    ics = client.get(at("booking_ics", row))
    assert ics["Content-Type"].startswith("text/calendar") and b"BEGIN:VEVENT" in ics.content


def test_the_form_says_whose_name_is_asked_where_somebody_comes_for_another(hall):
    for client in (hall.browser("taro"), hall.office("kyotaku"), hall.browser()):
        page = text(client.get(client.post("/booking/tax/hold/", {"slot": f"2026-11-30T{9 + Booking.objects.count()}:00"})["Location"]))
        assert "代理のときは、ご本人のお名前も入力してください" in page and 'aria-describedby="name-h"' in page
        assert "あさってから先の予約には、前の日にもお知らせします" in page, "who books for tomorrow gets no second mail"
    filled()
    assert "代理のときは、ご本人のお名前も" in text(hall.browser("taro").get("/booking/tax/wait/?day=2026-11-30"))


def test_what_is_wrong_stays_in_the_form(hall):
    client = hall.browser()
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    wrong = client.post(away["Location"], {"name": "見本 花子", "phone": "12"})
    assert wrong.status_code == 422
    assert 'value="見本 花子"' in text(wrong) and 'href="#phone"' in text(wrong)


def test_too_slow_or_somebody_was_faster(hall, opening):
    client = hall.browser()
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    gone = hall.browser().post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    assert gone.status_code == 409 and "いま埋まりました" in text(gone)
    with clock.frozen(opening + dt.timedelta(minutes=11)):
        late = client.post(away["Location"], FORM)
        assert "お取り置きの時間が過ぎました" in text(client.get(late["Location"]))
    assert client.post("/booking/tax/hold/", {"slot": "x"}).status_code == 409
    assert client.post("/booking/tax-installment/hold/", {"slot": "2026-11-30T9:00"}).status_code == 404, "only by staff"


def test_one_more_than_the_limit_is_said(hall):
    walk(hall.browser())
    client = hall.browser()
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:30"})
    checked = client.post(away["Location"], FORM)
    refused = client.post(checked["Location"])
    assert refused.status_code == 409 and "お一人で取れる数" in text(refused)
    assert client.post(at("booking_release", Booking.objects.get(state="held"))).status_code == 303


def test_waiting_for_a_full_day(hall):
    rows, client = filled(), hall.browser("hanako")
    page = text(client.get(DAY))
    assert "/booking/tax/wait/?day=2026-11-30" in page and "空きはありません" in page
    assert client.post("/booking/tax/wait/", {"day": "2026-11-30", "name": "見本 花子"}).status_code == 422
    joined = client.post("/booking/tax/wait/", {"day": "2026-11-30", "name": "見本 花子", "mail": "hanako@example.jp"})
    link = joined["Location"]
    assert "空きを待っています" in text(client.get(link))
    assert link.partition(":")[0] in text(client.get("/booking/my/")), "the same place in the row; the link is signed anew each second"
    services.booking_cancel(booking=rows[0], by="x", staff=True)
    anybody = hall.browser()
    assert "空きが出ました" in text(anybody.get(link)), "the link in the mail is the key"
    made = anybody.post(link, {"act": "accept"})
    assert "予約しました" in text(anybody.get(made["Location"]))
    assert "予約済み" in text(anybody.get(link))
    assert Waiting.objects.get().state == "booked"


def test_leaving_and_an_offer_that_is_over(hall, opening):
    rows, client = filled(), hall.browser()
    link = client.post("/booking/tax/wait/", {"day": "2026-11-30", "name": "見本 花子", "mail": "hanako@example.jp"})["Location"]
    services.booking_cancel(booking=rows[0], by="x", staff=True)
    with clock.frozen(opening + dt.timedelta(hours=23)):
        assert client.post(link, {"act": "accept"}).status_code == 409
        assert "終わりました" in text(client.get(link))
    client.post(link, {"act": "leave"})
    assert Waiting.objects.get().state == "over"
    assert client.get("/booking/waiting/made-up/").status_code == 404


def test_the_feed_of_a_resident(hall):
    client = hall.browser("hanako")
    walk(client)
    page = text(client.post("/booking/my/feed/"))
    path = re.search(r"<code>http://[^/]+(/booking/feed/[^<]+)</code>", page)[1]
    read = hall.browser().get(path)
    assert read["Content-Type"].startswith("text/calendar") and b"VEVENT" in read.content
    client.post("/booking/my/feed/", {"act": "stop"})
    assert hall.browser().get(path).status_code == 404
    assert hall.browser().get("/booking/my/").status_code == 303


def test_in_english(hall):
    client = hall.browser()
    client.cookies["ui_lang"] = "en"
    page = text(client.get(DAY))
    assert "Advice on taxes" in page and "Monday, 30 November 2026" in page
    row = walk(client)
    assert row.language == "en"


# --- staff


def test_the_day_of_the_counter(hall):
    row, desk = booked(), hall.desk("yamada")
    page = text(desk.get("/staff/booking/", {"day": "2026-11-30"}))
    assert row.number in page and "見本 花子" in page and "0767530000" in page
    assert desk.get("/staff/booking/", {"number": row.number})["Location"] == at("staff_booking", row)
    assert "この課にありません" in text(desk.get("/staff/booking/", {"number": "1"}))
    early = desk.post(at("staff_booking_mark", row), {"came": "yes"})
    assert early.status_code == 409
    with clock.frozen(row.starts_at):
        desk = hall.desk("yamada")
        assert "#b" in desk.post(at("staff_booking_mark", row), {"came": "yes", "back": "day"})["Location"]
        assert "来た" in text(desk.get(at("staff_booking", row)))
    assert "/staff/booking/" in text(hall.desk("yamada").get("/staff/")), "in the rail"
    assert "/staff/booking/" not in text(hall.desk("admin").get("/staff/"))


def test_staff_book_by_telephone_change_and_cancel(hall):
    desk = hall.desk("yamada")
    assert "納税の相談" in text(desk.get("/staff/booking/new/"))
    page = text(desk.get("/staff/booking/new/tax-installment/", {"day": "2026-11-30"}))
    assert 'value="2026-11-30T9:00"' in page
    url = "/staff/booking/new/tax-installment/"
    assert "来る方" in text(desk.get(url, {"slot": "2026-11-30T9:00"}))
    assert desk.post(url, {"slot": "2026-11-30T9:00"}).status_code == 422
    made = desk.post(url, {"slot": "2026-11-30T9:00", "name": "試用 うめ"})
    assert re.search(r"確認番号 <b class=\"num\">\d{8}</b>", text(desk.get(made["Location"])))
    assert desk.post(url, {"slot": "2026-11-30T9:00", "name": "試用 次郎"}).status_code == 409
    row = Booking.objects.get(state="confirmed")
    assert desk.post(at("staff_booking_change", row), {"slot": "2026-11-30T11:00"}).status_code == 303
    assert desk.post(at("staff_booking_change", row), {"slot": "x"}).status_code == 409
    assert 'value="2026-11-30T9:00"' in text(desk.get(at("staff_booking_change", row), {"day": "2026-11-30"}))
    assert desk.post(at("staff_booking_cancel", row)).status_code == 303
    assert desk.post(at("staff_booking_cancel", row)).status_code == 303, "twice is once"
    assert "予約しました" not in text(desk.get(made["Location"])), "what was just cancelled was not just made"


def test_closing_a_time_shows_whom_it_hits(hall):
    row, desk = by_phone("tax", MONDAY, NINE), hall.desk("yamada")
    form = {"section": "zeimu", "counter": "", "first": "2026-11-30", "last": "", "start": "9:00", "end": "12:00", "seats": "", "reason": "研修"}
    assert desk.post("/staff/booking/closures/", form | {"reason": ""}).status_code == 422
    wrong = text(desk.post("/staff/booking/closures/", form | {"seats": "1"}))
    assert "先に窓口を一つ選んでください" in wrong and "(0)" not in wrong and 'value="1"' in wrong, "no counter has no seats to count"
    away = desk.post("/staff/booking/closures/", form)
    page = text(desk.get(away["Location"]))
    assert row.number in page and "0767530000" in page and "電話をしてください" in page
    assert "9:00〜12:00" in text(desk.get("/staff/booking/closures/"))
    desk.post(f"/staff/booking/closures/{Closure.objects.get().id}/end/")
    assert "取りやめ" in text(desk.get("/staff/booking/closures/"))
    feed = text(desk.post("/staff/booking/section-feed/", {"section": "zeimu"}))
    assert "/booking/feed/" in feed


@pytest.mark.parametrize("path", ["/staff/booking/", "/staff/booking/new/", "/staff/booking/closures/"])
def test_who_has_no_counter_sees_nothing(hall, path):
    for who in ("admin", "auditor", "mori"):
        assert hall.desk(who).get(path).status_code == 404
    assert hall.desk("yamada").get(path, {"section": "kaigo"}).status_code == 404


def test_a_wrong_file_of_the_city_closes_no_other_page(hall, monkeypatch):
    from madoguchi.booking.errors import BookingWrong

    def fails():
        raise BookingWrong("booking.yaml:1")

    monkeypatch.setattr("madoguchi.booking.selectors.setup", fails)
    monkeypatch.setattr("madoguchi.booking.selectors.standing", fails)
    assert hall.browser().get("/").status_code == 200
    assert hall.desk("yamada").get("/staff/").status_code == 200


def test_the_held_page_leads_on(hall):
    client = hall.browser()
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    row = Booking.objects.get()
    assert client.get(at("booking", row))["Location"] == away["Location"]
    assert client.get(at("booking_check", row))["Location"] == away["Location"], "nobody named yet"
    assert held("tax", MONDAY, NINE + 30).state == "held"
    assert setup().services["tax"].online


def test_a_company_is_called_by_its_name_and_by_who_comes(hall):
    client = hall.office("shinki")
    away = client.post("/booking/tax/hold/", {"slot": "2026-11-30T9:00"})
    assert 'value="試用行政書士法人 試用 代理"' in text(client.get(away["Location"]))
