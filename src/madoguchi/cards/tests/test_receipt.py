"""The appointment of the receipt: number and birthday, then the booking pages as for everybody."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.booking.models import Booking
from madoguchi.cards import selectors, services
from madoguchi.kernel import clock
from madoguchi.kernel.models import Message

from .conftest import notified

DOOR = "/card/receive/"
FORM = {"name": "見本 花子", "mail": "hanako@example.jp", "phone": ""}
SLOT = "2026-11-24T9:00"


def proven(client, number: str = "NT-0001", born: str = "1990年4月1日"):
    return client.post(DOOR, {"number": number, "born": born})


def walk(client, slot: str = SLOT) -> Booking:
    assert proven(client)["Location"] == "/booking/card-pickup/"
    away = client.post("/booking/card-pickup/hold/", {"slot": slot})
    assert away.status_code == 303, text(away)
    checked = client.post(away["Location"], FORM)
    assert client.post(checked["Location"]).status_code == 303
    return Booking.objects.latest("created_at")


def test_the_thinnest_whole_way(hall):
    card = notified(hall)[0]
    client = hall.browser()
    page = text(client.get("/card/"))
    for words in ("申請する", "受け取る", "更新する", "電子証明書の手続き", "交付通知書が届いた方"):
        assert words in page
    assert client.get("/booking/card-pickup/")["Location"] == "/card/receive/?for=card-pickup"
    assert client.post("/booking/card-pickup/hold/", {"slot": SLOT})["Location"] == "/card/receive/?for=card-pickup"
    assert client.get("/booking/card-pickup/wait/", {"day": "2026-11-24"})["Location"].startswith(DOOR)
    row = walk(client)
    assert (row.about, row.state) == (f"card:{card.id}", "confirmed")
    desk = hall.desk("okada")
    assert "予約" in text(desk.get("/staff/cards/?show=booked"))
    assert str(row.id) in text(desk.get(f"/staff/cards/c/{card.id}/"))
    with clock.frozen(OPENING + dt.timedelta(days=4)):
        services.card_hand(actor=hall.staff("okada"), card_id=str(card.id))
    row.refresh_from_db()
    assert row.state == "came"


def test_an_unknown_number_and_a_wrong_birthday_look_the_same(hall):
    notified(hall)
    tried = (("NT-9999", "1991-05-03"), ("NT-0001", "1991-05-04"))
    answers = [re.sub(r'csrfmiddlewaretoken" value="\w+', "", text(proven(hall.browser(), *typed))) for typed in tried]
    assert answers[0].replace("NT-9999", "NT-0001").replace("05-03", "05-04") == answers[1]
    assert "お預かりしているカードと合いません" in answers[0]
    assert proven(hall.browser(), "", "").status_code == 422


@pytest.mark.parametrize("number", ["NT-0001", "NT-9999"])
def test_who_guesses_is_stopped_whether_the_number_exists_or_not(hall, number):
    notified(hall)
    codes = [proven(hall.browser(), number, f"1990-05-{day:02d}").status_code for day in range(1, 12)]
    assert codes == [422] * 10 + [429]
    assert proven(hall.browser(), number).status_code == 429
    assert proven(hall.browser(), "NT-0002", "1985-12-24").status_code == 303


def test_a_card_has_one_booking_that_is_to_come(hall):
    card = notified(hall)[0]
    row = walk(hall.browser())
    second = hall.browser()
    proven(second)
    refused = second.post("/booking/card-pickup/hold/", {"slot": "2026-11-24T9:30"})
    assert refused.status_code == 409 and "もう入っています" in text(refused)
    with clock.frozen(OPENING + dt.timedelta(days=6)):  # nobody marked it, nobody came
        again = walk(hall.browser(), "2026-11-30T9:00")
    row.refresh_from_db()
    assert (row.state, again.state) == ("absent", "confirmed")
    assert selectors.booking_of(card).id == again.id


def test_two_browsers_with_one_letter_hold_one_place(hall):
    notified(hall)
    one, two = hall.browser(), hall.browser()
    proven(one)
    proven(two)
    held = one.post("/booking/card-pickup/hold/", {"slot": SLOT})["Location"]
    assert two.post("/booking/card-pickup/hold/", {"slot": "2026-11-24T9:30"}).status_code == 303
    assert list(Booking.objects.order_by("start").values_list("state", flat=True)) == ["lapsed", "held"]
    assert one.post(held, FORM)["Location"] == "/booking/card-pickup/?day=2026-11-24&over=1"


def test_a_card_that_is_gone_is_told_to_who_knows_both(hall):
    card = notified(hall)[0]
    row = walk(hall.browser())
    services.card_return(actor=hall.staff("okada"), card_id=str(card.id), why="moved")
    row.refresh_from_db()
    assert row.state == "cancelled" and Message.objects.filter(key__contains=f"{row.id}:cancelled").exists()
    assert "お渡しが済んでいるか" in text(proven(hall.browser()))


def test_the_door_opens_to_nothing_else(hall):
    notified(hall)
    client = hall.browser()
    assert client.post(DOOR, {"number": "NT-0001", "born": "H2.4.1", "for": "tax"})["Location"] == "/booking/card-pickup/"
    client.cookies["mado_kd"] = client.cookies["mado_kd"].value + "x"
    assert client.get("/booking/card-pickup/")["Location"].startswith(DOOR)
