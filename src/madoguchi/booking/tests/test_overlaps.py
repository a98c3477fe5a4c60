"""Nobody is at two counters at once; and one network address does not hold a whole day."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from tests.support.walk import text

from madoguchi.booking import services
from madoguchi.booking.errors import Overlaps, TooManyBookings
from madoguchi.booking.models import Booking
from madoguchi.booking.rules import State

from .conftest import FORM, MONDAY, NINE, booked, by_phone, held


def confirmed(service: str, start: int, owner: str = "", own: tuple[str, ...] = (), **form: str) -> Booking:
    row = services.details_set(booking=held(service, MONDAY, start, owner), form=FORM | form)
    return services.booking_confirm(booking=row, by="x", own=own)[0]


@pytest.mark.parametrize("form", [{"phone": ""}, {"mail": "", "phone": FORM["phone"]}])
def test_overlapping_times_at_two_services_are_refused(hall, form):
    first = booked("tax", start=NINE + 30)  # half past nine to ten
    for start in (NINE, NINE + 30):
        hold = services.details_set(booking=held("bereavement" if start == NINE else "moving", MONDAY, start), form=FORM | form)
        with pytest.raises(Overlaps) as refused:
            services.booking_confirm(booking=hold, by="x")
        assert first.number not in refused.value.ja and "税" not in refused.value.ja, "who types an address learns of no booking"
        assert Booking.objects.get(id=hold.id).state == State.HELD, "another time can still be chosen"
    assert confirmed("moving", NINE + 60, **form).state == State.CONFIRMED, "one after the other"
    assert isinstance(refused.value, TooManyBookings)


def test_whose_the_other_booking_is_reads_which_one(hall):
    first = booked("tax", owner="r:1")
    for who, own in (("r:1", ()), ("", (str(first.id),))):
        with pytest.raises(Overlaps) as refused:
            confirmed("moving", NINE, who, own)
        assert first.number in refused.value.ja and "税の相談" in refused.value.ja and "9:00" in refused.value.ja
        Booking.objects.filter(state=State.HELD).delete()
    with pytest.raises(Overlaps) as refused:
        confirmed("moving", NINE, "r:2")
    assert first.number not in refused.value.ja


def test_a_change_into_another_booking_is_refused_and_nothing_is_lost(hall):
    first, second = booked("tax", start=NINE), booked("moving", start=NINE + 60)
    with pytest.raises(Overlaps):
        services.booking_change(booking=second, day=MONDAY, start=NINE, by="x")
    second.refresh_from_db()
    assert (second.start, second.sequence, set(second.cells.values_list("cell", flat=True))) == (NINE + 60, 0, set(range(120, 126)))
    assert services.booking_change(booking=second, day=MONDAY, start=NINE, by="staff:okada", staff=True).start == NINE, "staff know why"
    services.booking_cancel(booking=first, by="x")
    assert services.booking_change(booking=second, day=MONDAY, start=NINE + 30, by="x").start == NINE + 30


def test_a_company_books_for_one_client_after_another(hall):
    """Its mail and telephone are those of the office in every booking: what is limited is the client."""
    office = hall.company("kyotaku").key
    confirmed("tax", NINE, office, name="介子(試用 うめ)")
    assert confirmed("tax", NINE + 60, office, name="介子(見本 太郎)").state == State.CONFIRMED
    assert confirmed("moving", NINE, office, name="部長(見本 太郎)").state == State.CONFIRMED, "a colleague at another counter"
    with pytest.raises(TooManyBookings):
        confirmed("tax", NINE + 120, office, name="介子（試用　うめ）")
    with pytest.raises(Overlaps):
        confirmed("bereavement", NINE, office, name="介子(試用 うめ)")
    assert confirmed("tax", NINE + 150, "r:1", phone="").state == State.CONFIRMED, "nor is the address of an office used up by it"


def test_what_does_not_overlap_for_a_person(hall):
    booked("tax")
    assert confirmed("moving", NINE, mail="taro@example.jp", phone="0767-53-0001"), "somebody else"
    assert by_phone("moving", MONDAY, NINE, mail=FORM["mail"]).state == State.CONFIRMED, "staff enter it"
    for _ in range(2):  # a family, at one service with more than one seat
        assert confirmed("card-apply", 13 * 60).state == State.CONFIRMED


def test_the_pages_say_so(hall):
    first, browser = booked("tax", owner=hall.owner("hanako").key), hall.browser("hanako")
    there = browser.post("/booking/moving/hold/", {"slot": f"{MONDAY}T9:00"})["Location"]
    check = browser.post(there, FORM)["Location"]
    refused = browser.post(check)
    assert refused.status_code == 409 and first.number in text(refused) and "重なる時間に、税の相談の予約" in text(refused)
    second = booked("moving", start=NINE + 60, owner=hall.owner("hanako").key)
    changed = browser.post(f"/booking/b/{second.id}/change/", {"slot": f"{MONDAY}T9:00"})
    assert changed.status_code == 409 and first.number in text(changed)


def test_one_address_does_not_hold_a_whole_day(hall):
    assert settings.LIMITS["hold.address"].count <= 40
    codes = [Client(REMOTE_ADDR="203.0.113.9").post("/booking/tax/hold/", {"slot": ""}).status_code for _ in range(41)]
    assert codes[:40] == [409] * 40 and codes[40] == 429
    assert Client(REMOTE_ADDR="203.0.113.10").post("/booking/tax/hold/", {"slot": ""}).status_code == 409
