"""Who has lost the code: the link of a mail opens the booking it is about, and staff give out a new code."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.test import Client
from tests.support.walk import text

from madoguchi.booking import services
from madoguchi.booking.codes import link_of, token_of
from madoguchi.booking.errors import BookingNotFound, BookingOver, FormWrong
from madoguchi.booking.models import Booking, Waiting
from madoguchi.booking.rules import State
from madoguchi.booking.selectors import booking_by_code, booking_linked
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

from .conftest import FORM, MONDAY, NINE, booked, held


def test_the_link_of_a_mail_opens_its_booking_and_no_other(hall):
    row, other = booked(), booked("moving", mail="taro@example.jp", phone="0767-53-0001", start=NINE + 30)
    link = re.search(r"http\S+(/booking/link/\S+/)", Mail.objects.get(key__startswith=f"booking:{row.id}:made").body)[1]
    client = Client()
    assert client.get(f"/booking/b/{row.id}/")["Location"] == "/booking/find/"
    assert client.get(link)["Location"] == f"/booking/b/{row.id}/"
    page = text(client.get(f"/booking/b/{row.id}/"))
    assert row.number in page and "予約を取り消す" in page and "日時を変える" in page
    assert client.get(f"/booking/b/{other.id}/")["Location"] == "/booking/find/", "this one alone"
    assert client.post(f"/booking/b/{row.id}/cancel/").status_code == 303
    assert Booking.objects.get(id=row.id).state == State.CANCELLED
    cancelled = Mail.objects.get(key__startswith=f"booking:{row.id}:cancelled").body
    assert Client().get(re.search(r"/booking/link/\S+/", cancelled)[0])["Location"] == f"/booking/b/{row.id}/"


def test_what_is_no_link_of_a_booking(hall):
    row = booked()
    waits = Waiting.objects.create(service="tax", section="zeimu", day=MONDAY, created_at=clock.now())
    for link in ("x", token_of(waits), signing.dumps(str(row.id)), link_of(row)[:-1], link_of(held(start=NINE + 30))):
        assert Client().get(f"/booking/link/{link}/").status_code == 404
        with pytest.raises(BookingNotFound):
            booking_linked(link=link)
    gone = link_of(row)
    Booking.objects.all().delete()
    assert Client().get(f"/booking/link/{gone}/").status_code == 404


def test_staff_give_out_a_new_code_and_the_old_one_is_no_good(hall):
    made, old = services.booking_confirm(booking=services.details_set(booking=held(), form=FORM), by="x")
    Booking.objects.update(code_tries=8, code_wrong_at=clock.now())
    desk = hall.desk("yamada")
    assert "確認番号を出し直す" in text(desk.get(f"/staff/booking/b/{made.id}/"))
    answer = desk.post(f"/staff/booking/b/{made.id}/code/")
    page = text(desk.get(answer["Location"]))
    new = re.search(r"確認番号 <b class=\"num\">(\d{8})</b>", page)[1]
    assert "出し直しました。前の番号は使えません" in page and new != old
    assert booking_by_code(number=made.number, code=new).id == made.id
    with pytest.raises(FormWrong):
        booking_by_code(number=made.number, code=old)
    entry = AuditEntry.objects.get(action="booking.code_renewed")
    assert (entry.actor, entry.facts) == ("staff:yamada", {"booking": str(made.id)}) and audit.verify() == []
    services.booking_cancel(booking=made, by="x", staff=True)
    assert desk.post(f"/staff/booking/b/{made.id}/code/").status_code == 409
    with pytest.raises(BookingOver):
        services.code_renew(booking=made, by="x")
