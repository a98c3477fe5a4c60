"""A booking made by telephone before its card came, or under a mistyped number: the clerk ties it to the right card on its page."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.support.walk import text

from madoguchi.booking.models import Booking
from madoguchi.booking.public import contact_of
from madoguchi.booking.tests.conftest import MONDAY, by_phone
from madoguchi.cards import services
from madoguchi.cards.selectors import card_said
from madoguchi.kernel import audit, witness
from madoguchi.kernel.models import AuditEntry

from .conftest import notified


@pytest.fixture
def waits(hall) -> Booking:
    """A booking of the receipt that is for no card yet."""
    return by_phone("card-pickup", MONDAY, 600, name="見本 花子")


def tie(hall, row: Booking, who: str = "okada", **typed: str):
    return hall.desk(who).post(reverse("staff_booking_tie", kwargs={"booking_id": str(row.id)}), {"name": ""} | typed)


def page(hall, row: Booking) -> str:
    return text(hall.desk("okada").get(reverse("staff_booking", kwargs={"booking_id": str(row.id)})))


def test_a_card_that_came_later_is_tied_to_its_booking_and_handing_it_over_marks_it(hall, waits):
    assert "まだ結び付いていません" in page(hall, waits) and "結び付けを外す" not in page(hall, waits)
    card = notified(hall)[0]
    assert tie(hall, waits, about="nt-0001").status_code == 303
    waits.refresh_from_db()
    assert waits.about == f"card:{card.id}" and contact_of(waits).name == "見本 花子"
    assert "NT0001（見本 花子）" in page(hall, waits)
    assert f"/staff/booking/b/{waits.id}/" in text(hall.desk("okada").get(f"/staff/cards/c/{card.id}/"))
    said = AuditEntry.objects.get(action="booking.tied")
    assert said.facts == {"booking": str(waits.id), "about": f"card:{card.id}", "before": ""} and audit.verify() == [] == witness.verify()
    assert tie(hall, waits, about="NT-0001").status_code == 303
    assert AuditEntry.objects.filter(action="booking.tied").count() == 1, "pressed twice it is once"
    services.card_hand(actor=hall.staff("okada"), card_id=str(card.id))
    waits.refresh_from_db()
    assert waits.state == "cancelled", "handed over before its day: the place is given back"


def test_a_mistyped_number_is_put_right_with_the_name_that_came_with_it(hall, waits):
    wrong, right = notified(hall)[:2]
    tie(hall, waits, about="NT-0001")
    assert tie(hall, waits, about="NT-0002", name="試用 うめ").status_code == 303
    waits.refresh_from_db()
    assert waits.about == f"card:{right.id}" and contact_of(waits).name == "試用 うめ" and contact_of(waits).phone == "0767530000"
    assert AuditEntry.objects.filter(action="booking.tied").last().facts["before"] == f"card:{wrong.id}"
    assert tie(hall, waits, untie="yes").status_code == 303
    waits.refresh_from_db()
    assert waits.about == "" and contact_of(waits).name == "試用 うめ" and witness.verify() == []


@pytest.mark.parametrize(("number", "words"), [
    ("NT-9999", "お預かりの中にありません"), ("", "番号を入力してください"), ("NT-0002", "渡したか返したあと"), ("NT-0003", "ほかの予約があります")])
def test_what_cannot_be_tied_is_said_and_what_was_typed_stays(hall, waits, number, words):
    cards = notified(hall)
    services.card_return(actor=hall.staff("okada"), card_id=str(cards[1].id), why="moved")
    tie(hall, by_phone("card-pickup", MONDAY, 660), about="NT-0003")
    before = AuditEntry.objects.count()
    answer = tie(hall, waits, about=number, name="書きかけの名前")
    assert answer.status_code in (409, 422) and words in text(answer) and "書きかけの名前" in text(answer)
    waits.refresh_from_db()
    assert waits.about == "" and AuditEntry.objects.count() == before


def test_what_is_over_or_stands_behind_no_door_is_not_tied(hall, waits):
    notified(hall)
    desk = hall.desk("okada")
    desk.post(reverse("staff_booking_cancel", kwargs={"booking_id": str(waits.id)}))
    assert tie(hall, waits, about="NT-0001").status_code == 409 and "/tie/" not in page(hall, waits)
    other = by_phone("card-apply", MONDAY, 600)
    assert tie(hall, other, about="NT-0001").status_code == 409 and "/tie/" not in page(hall, other)


def test_others_neither_tie_nor_read_whose_card_it_is(hall, waits):
    card = notified(hall)[0]
    assert {tie(hall, waits, who, about="NT-0001").status_code for who in ("yamada", "tanaka", "auditor")} == {404}
    assert card_said(hall.staff("yamada"), f"card:{card.id}") == "" and card_said(hall.staff("okada"), "card:x") == ""


def test_what_the_record_does_not_say_is_found(hall, waits):
    card = notified(hall)[0]
    tie(hall, waits, about="NT-0001")
    Booking.objects.filter(id=waits.id).update(about="")
    assert "何の予約かが記録と違います" in witness.verify()[0].ja
    assert card.state == "notified"
