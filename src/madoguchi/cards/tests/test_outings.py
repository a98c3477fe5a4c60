"""出張申請, 臨時窓口, 休日窓口: entered in the browser, booked like everything, called off with everybody told."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.booking.models import Booking, Occasion, Taken, Waiting
from madoguchi.booking.public import bookings_remind, bookings_sweep, contact_of
from madoguchi.cards import outings, services
from madoguchi.cards.models import Duty
from madoguchi.kernel import clock, witness
from madoguchi.kernel.models import Message
from madoguchi.notifications.models import Mail

from .conftest import notified

SUNDAY = dt.date(2026, 12, 6)
FORM = {"kind": "away", "for": "apply", "name": "出張申請(試用工業)", "place": "試用工業 本社", "day": str(SUNDAY), "start": "10:00", "end": "11:00",
        "seats": "1", "minutes": "30", "until": "", "who": "試用工業にお勤めの方", "bring": "本人確認書類"}
WHO = {"name": "見本 花子", "mail": "hanako@example.jp", "phone": ""}


def made(hall, *staff: str, **more: str) -> Occasion:
    ids = [str(hall.staff(name).id) for name in staff]
    return outings.outing_make(actor=hall.staff("okada"), form=FORM | more, staff_ids=ids)


def book(client, row: Occasion, at: str = "10:00", **who: str) -> Booking:
    before = list(Booking.objects.values_list("id", flat=True))
    away = client.post(f"/booking/{row.key}/hold/", {"slot": f"{row.day}T{at}"})
    assert away.status_code == 303, text(away)
    checked = client.post(away["Location"], WHO | who)
    assert client.post(checked["Location"]).status_code == 303
    return Booking.objects.exclude(id__in=before).get()


def test_an_occasion_is_booked_as_everything_is_until_it_is_full(hall):
    row = made(hall, "okada")
    page = text(hall.browser().get("/card/"))
    assert "出張申請(試用工業)" in page and "12月6日" in page and f"/booking/{row.key}/" in page
    assert "出張申請(試用工業)" in text(hall.browser().get("/booking/"))
    week = text(hall.browser().get(f"/booking/{row.key}/"))
    assert week.count('name="slot"') == 2 and "試用工業 本社" in week
    first = book(hall.browser(), row)
    assert (first.counter, first.seat, first.day) == (row.key, 0, SUNDAY)
    assert hall.browser().post(f"/booking/{row.key}/hold/", {"slot": f"{SUNDAY}T10:00"}).status_code == 409
    book(hall.browser(), row, "10:30", mail="taro@example.jp")
    assert "満員です" in text(hall.browser().get("/card/"))
    waits = hall.browser().post(f"/booking/{row.key}/wait/", {"day": str(SUNDAY), "name": "試用 うめ", "mail": "ume@example.jp"})
    assert waits.status_code == 303 and Waiting.objects.get().service == row.key


def test_who_is_late_cannot_book_and_staff_can(hall):
    row = made(hall, "okada", until="2026-12-01")
    with clock.frozen(dt.datetime(2026, 12, 2, 9, 0, tzinfo=clock.JST)):
        assert "予約の受付は終わりました" in text(hall.browser().get("/card/"))
        assert 'name="slot"' not in text(hall.browser().get(f"/booking/{row.key}/"))
        assert hall.browser().post(f"/booking/{row.key}/hold/", {"slot": f"{SUNDAY}T10:00"}).status_code == 409
        assert 'name="slot"' in text(hall.desk("okada").get(f"/staff/booking/new/{row.key}/"))
    with clock.frozen(dt.datetime(2026, 12, 7, 9, 0, tzinfo=clock.JST)):
        assert hall.browser().get(f"/booking/{row.key}/").status_code == 404
        assert "出張申請" not in text(hall.browser().get("/card/"))


def test_a_counter_for_receipts_asks_for_the_letter(hall):
    card = notified(hall)[0]
    row = made(hall, "okada", **{"for": "receive", "kind": "holiday", "name": "休日の受取り窓口"})
    client = hall.browser()
    assert client.get(f"/booking/{row.key}/")["Location"] == f"/card/receive/?for={row.key}"
    proof = {"number": "NT-0001", "born": "1990-04-01", "for": row.key}
    assert client.post("/card/receive/", proof)["Location"] == f"/booking/{row.key}/"
    assert book(client, row).about == f"card:{card.id}"


def test_calling_it_off_cancels_and_tells(hall):
    row = made(hall, "okada", seats="3")
    told = book(hall.browser(), row)
    silent = book(hall.browser(), row, mail="", phone="0767530000")
    held = hall.browser().post(f"/booking/{row.key}/hold/", {"slot": f"{SUNDAY}T10:30"})
    assert held.status_code == 303
    desk = hall.desk("okada")
    gone = desk.post(f"/staff/cards/outings/{row.key}/cancel/")
    assert gone["Location"].endswith("?told=1&silent=1")
    assert "0767530000" in text(desk.get(gone["Location"]))
    assert set(Booking.objects.filter(id__in=[told.id, silent.id]).values_list("state", flat=True)) == {"cancelled"}
    assert not Taken.objects.exists() and Message.objects.filter(key__contains=f"{told.id}:off").count() == 1
    assert desk.post(f"/staff/cards/outings/{row.key}/cancel/")["Location"].endswith("?told=0&silent=0")
    assert hall.browser().get(f"/booking/{row.key}/").status_code == 404
    assert row.name not in text(hall.browser().get("/card/"))
    with clock.frozen(OPENING + dt.timedelta(days=120)):
        bookings_sweep()
    assert not Occasion.objects.exists() and not Booking.objects.exists()


def test_a_page_whose_address_lost_a_part_is_still_a_page(hall):
    """A link cut off in a mail, or typed on: what the address does not say is nobody."""
    there, desk = f"/staff/cards/outings/{made(hall, 'okada').key}/", hall.desk("okada")
    for cut in ("changed=1", "changed=1&moved_told=", "changed=1&moved_told=2&off_told=x", "changed=1&moved_silent=" + "9" * 5000):
        assert "変えました。" in text(desk.get(f"{there}?{cut}")), cut
    assert "知らせた予約2件（うち取消し0件）" in text(desk.get(f"{there}?changed=1&moved_told=2"))
    assert "メールで知らせた予約" not in text(desk.get(f"{there}?changed=1&moved_told=0&off_told=0&moved_silent=0&off_silent=0"))


def test_who_waits_for_it_is_told_too(hall):
    row = made(hall, "okada", end="10:30")
    book(hall.browser(), row)
    person = hall.browser()
    joined = person.post(f"/booking/{row.key}/wait/", {"day": str(SUNDAY), "name": "試用 うめ", "mail": "ume@example.jp"})
    assert hall.desk("okada").post(f"/staff/cards/outings/{row.key}/cancel/")["Location"].endswith("?told=2&silent=0")
    wait = Waiting.objects.get()
    assert (wait.state, wait.sealed) == ("over", None) and witness.verify() == []
    letter = Mail.objects.get(key__contains=f"waiting:{wait.id}:wait_off")
    assert "開けられなくなりました" in letter.body and row.name not in letter.body
    after = text(person.get(joined["Location"]))
    assert "もう待っていません" in after and f"/booking/{row.key}/" not in after


def test_staff_that_lack_or_are_at_two_places_are_told(hall):
    one = made(hall, "okada", seats="2")
    made(hall, "okada", "matsui", name="臨時窓口", start="10:30", end="12:00")
    made(hall, "okada", name="午後の窓口", start="13:00", end="14:00")
    found, _ = outings.outing_get(actor=hall.staff("okada"), key=one.key)
    assert found.warnings == ("同時に2人を受けますが、職員は1人です", "岡田 昇さんは、同じ時間に「臨時窓口」にもいます")
    page = text(hall.desk("okada").get(f"/staff/cards/outings/{one.key}/"))
    assert "職員は1人です" in page and "臨時窓口" in page
    desk = hall.desk("matsui")
    two = [str(hall.staff(name).id) for name in ("matsui", "ueno")]
    assert desk.post(f"/staff/cards/outings/{one.key}/", {"staff": two}).status_code == 303
    assert set(Duty.objects.filter(occasion=one.key).values_list("staff__username", flat=True)) == {"matsui", "ueno"}
    assert desk.post(f"/staff/cards/outings/{one.key}/", {"staff": [str(hall.staff("tanaka").id)]}).status_code == 422


@pytest.mark.parametrize(("field", "typed", "words"), [
    ("name", "", "名前を"), ("day", "2026-11-19", "今日から1年以内"), ("start", "10:03", "5分きざみ"),
    ("end", "09:00", "始まりより後"), ("seats", "0", "1〜50"),
    ("minutes", "90", "開いている時間まで"), ("until", "2026-12-07", "当日まで"),
    ("kind", "x", "種類を"), ("for", "", "何の予約か"), ("who", "あ" * 121, "120字")])
def test_what_is_typed_wrong_is_said_and_kept(hall, field, typed, words):
    desk = hall.desk("okada")
    answer = desk.post("/staff/cards/outings/", FORM | {field: typed})
    assert answer.status_code == 422 and words in text(answer) and "試用工業 本社" in text(answer)
    assert not Occasion.objects.exists()


# --- changed (内容を変える)

NEW = {"name": "出張申請(試用工業)", "place": "試用工業 本社", "start": "10:00", "end": "11:00", "seats": "2", "until": "", "who": "",
       "bring": "本人確認書類"}


def test_another_place_is_said_first_then_told_and_the_times_stay(hall):
    row = made(hall, "okada", seats="2", who="")
    told, silent = book(hall.browser(), row), book(hall.browser(), row, mail="", phone="0767530000")
    desk, where = hall.desk("okada"), f"/staff/cards/outings/{row.key}/change/"
    assert 'value="試用工業 本社"' in text(desk.get(where))
    said = desk.post(where, NEW | {"place": "試用工業 第二工場"})
    assert said.status_code == 200 and "メール1件、電話が要る方1件" in text(said) and Occasion.objects.get().place == "試用工業 本社"
    back = text(desk.post(where, NEW | {"place": "試用工業 第二工場", "go": "back"}))
    assert 'value="試用工業 第二工場"' in back and "予約はこうなります" not in back and Occasion.objects.get().place == "試用工業 本社"
    done = desk.post(where, NEW | {"place": "試用工業 第二工場", "go": "yes"})
    assert done.status_code == 303 and "メールで知らせた予約1件" in text(desk.get(done["Location"]))
    assert Occasion.objects.get().place == "試用工業 第二工場" and "試用工業 第二工場" in text(hall.browser().get("/card/"))
    assert Message.objects.filter(key__contains=f"{told.id}:moved:1").count() == 1
    assert not Message.objects.filter(key__contains=str(silent.id)).exists()
    assert set(Booking.objects.values_list("state", "start")) == {("confirmed", 600)}
    assert desk.post(where, NEW | {"place": "試用工業 第二工場"}).status_code == 303  # nothing to tell: done at once
    assert Message.objects.filter(key__contains=":moved:").count() == 1 and witness.verify() == []


def test_fewer_seats_and_hours_keep_who_fits_and_cancel_the_others(hall):
    row = made(hall, "okada", seats="3", who="")
    first, second, third = (book(hall.browser(), row, at, mail=f"{n}@example.jp") for n, at in enumerate(("10:00", "10:00", "10:30")))
    Booking.objects.filter(id=first.id).update(seat=2)  # the seat that goes; another is free
    Taken.objects.filter(booking=first).update(seat=2)
    held = hall.browser().post(f"/booking/{row.key}/hold/", {"slot": f"{SUNDAY}T10:30"})
    assert held.status_code == 303
    done = outings.outing_change(actor=hall.staff("okada"), key=row.key, form=NEW | {"end": "10:30"}, dry_run=True)
    assert (done.stay, done.off_told, done.off_silent) == (2, 1, 0) and not Message.objects.filter(key__contains=":off:").exists()
    assert outings.outing_change(actor=hall.staff("okada"), key=row.key, form=NEW | {"end": "10:30"}) == done
    assert {b.id: b.state for b in Booking.objects.exclude(state="lapsed")} == {first.id: "confirmed", second.id: "confirmed", third.id: "cancelled"}
    assert Booking.objects.get(id=first.id).seat == 0 and Booking.objects.get(state="lapsed")
    assert Message.objects.filter(key__contains=f"{third.id}:off").count() == 1 and witness.verify() == []


def test_who_waits_is_offered_what_a_change_makes_free(hall):
    row = made(hall, "okada", end="10:30")
    book(hall.browser(), row)
    waits = hall.browser().post(f"/booking/{row.key}/wait/", {"day": str(SUNDAY), "name": "試用 うめ", "mail": "ume@example.jp"})
    assert waits.status_code == 303
    outings.outing_change(actor=hall.staff("okada"), key=row.key, form=NEW | {"end": "11:00", "seats": "1"})
    assert Waiting.objects.get().state == "offered"


def test_what_cannot_be_changed_is_told_and_kept(hall):
    row = made(hall, "okada", until="2026-11-25")
    desk, where = hall.desk("okada"), f"/staff/cards/outings/{row.key}/change/"
    wrong = desk.post(where, NEW | {"end": "9:00", "place": "残る場所"})
    assert wrong.status_code == 422 and "残る場所" in text(wrong)
    with clock.frozen(dt.datetime(2026, 11, 28, 9, 0, tzinfo=clock.JST)):  # the last day to book is over: it may stay so
        again = hall.desk("okada")
        assert again.post(where, NEW | {"until": "2026-11-25"}).status_code == 303
        assert again.post(where, NEW | {"until": "2026-11-24"}).status_code == 422
    desk.post(f"/staff/cards/outings/{row.key}/cancel/")
    assert desk.post(where, NEW).status_code == 409 and hall.desk("tanaka").post(where, NEW).status_code == 403
    Occasion.objects.update(seats=9)
    assert "記録と違います" in witness.verify()[0].ja


# --- by telephone, for a card


def call(desk, service: str, at: str, **typed: str):
    return desk.post(f"/staff/booking/new/{service}/", {"slot": at, "name": "", "phone": "", "mail": ""} | typed)


def test_a_clerk_ties_a_telephone_booking_to_a_card_by_its_number(hall):
    card, other = notified(hall)[:2]
    row, desk = made(hall, "okada", **{"for": "receive"}), hall.desk("okada")
    assert "交付通知書の番号" in text(desk.get(f"/staff/booking/new/{row.key}/?slot={SUNDAY}T10:00"))
    assert "交付通知書の番号" not in text(desk.get(f"/staff/booking/new/card-apply/?slot={SUNDAY}T10:00"))
    wrong = call(desk, row.key, f"{SUNDAY}T10:00", about="NT-9999", phone="0767530000")
    assert wrong.status_code == 422 and "お預かりの中にありません" in text(wrong) and "NT-9999" in text(wrong) and "0767530000" in text(wrong)
    sent = call(desk, row.key, f"{SUNDAY}T10:00", about="nt-0001", mail="hanako@example.jp")
    assert sent.status_code == 303
    booking = Booking.objects.get()
    assert booking.about == f"card:{card.id}" and contact_of(booking).name == "見本 花子"
    assert "12月6日" in text(desk.get("/staff/cards/?show=booked"))
    twice = call(desk, row.key, f"{SUNDAY}T10:30", about="NT-0001")
    assert twice.status_code == 422 and "もう入っています" in text(twice)
    with clock.frozen(dt.datetime(2026, 12, 5, 17, 0, tzinfo=clock.JST)):
        assert bookings_remind() == 1 == Message.objects.filter(key__contains=f"{booking.id}:remind").count()
    services.card_return(actor=hall.staff("okada"), card_id=str(other.id), why="moved")
    gone = call(desk, row.key, f"{SUNDAY}T10:30", about="NT-0002")
    assert gone.status_code == 422 and "渡したか返したあと" in text(gone)
    assert call(desk, row.key, f"{SUNDAY}T10:30", name="番号のわからない方").status_code == 303  # without the number it is an ordinary booking


def test_what_is_too_long_stands_whole_in_its_field_again(hall):
    """Nobody can shorten what lost its end already."""
    row, desk, words = made(hall, "okada"), hall.desk("okada"), "見本の持ち物" * 60 + "終わり"
    for page in ("/staff/cards/outings/", f"/staff/cards/outings/{row.key}/change/"):
        sent = desk.post(page, FORM | {"bring": words})
        assert sent.status_code == 422 and "持ち物は160字まで" in text(sent) and words in text(sent), page
        for name in ("start", "end", "seats", "minutes", "day", "until"):
            assert desk.post(page, FORM | {name: "9" * 5000}).status_code in (303, 422), (page, name)
    long = desk.post("/staff/cards/rates/", {"source": words})
    assert long.status_code == 422 and words in text(long)
