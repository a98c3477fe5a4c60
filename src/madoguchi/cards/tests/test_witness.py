"""`madoguchi audit verify` looks at the cards: whatever is changed, taken away or put in behind the record's back is told."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests.support.hall import OPENING

from madoguchi.booking.models import Occasion
from madoguchi.cards import expiries, keeping, outings, rating, services
from madoguchi.cards.models import Batch, Card, CardLetter, Duty, Expiry, RateFile, RateLine
from madoguchi.kernel import clock, failpoints, witness

from .conftest import notified, sheet
from .test_expiries import sheet as ends
from .test_outings import FORM, book, made
from .test_rates import BOTH, SOURCE
from .test_rates import sheet as statistics


@pytest.fixture
def busy(hall):
    """One of everything that the record speaks of."""
    actor = hall.staff("okada")
    first, second, _ = notified(hall)
    services.card_hand(actor=actor, card_id=str(first.id))
    services.card_return(actor=actor, card_id=str(second.id), why="moved")
    for mail in ("hanako@example.jp", "other@example.jp"):  # the second replaces the first
        expiries.expiries_consent(actor=actor, card_id=str(first.id), issued="2026-11-02", mail=mail)
    expiries.expiries_import(actor=actor, data=ends())
    expiries.expiry_letters(actor=actor)
    assert expiries.expiries_tell() == 1
    rating.rates_import(actor=actor, data=statistics(*BOTH), source=SOURCE)
    made(hall, "okada", "matsui")
    assert witness.verify() == []
    return hall


def card(**to) -> None:
    Card.objects.filter(state="notified").update(**to)


DEEDS = {
    "state": (lambda: card(state="handed"), "状態が記録と違います"), "place": (lambda: card(place="どこか"), "保管場所などが記録と違います"),
    "day": (lambda: card(notified_on=dt.date(2026, 1, 1)), "通知書の日が記録と違います"),
    "gone": (lambda: Card.objects.filter(state="handed").delete(), "消されています"),
    "letter": (lambda: CardLetter.objects.first().delete(), "宛先が記録と違います"), "batch": (lambda: Batch.objects.create(
        kind="notice", made_on=dt.date(2026, 1, 1), made_at=OPENING, made_by="x"), "手紙の束"),
    "told": (lambda: Expiry.objects.exclude(told_on=None).update(told_on=None), "知らせた日が記録と違います"),
    "expiry": (lambda: Expiry.objects.filter(told_on=None).first().delete(), "期限の知らせ"),
    "ends": (lambda: Expiry.objects.filter(kind="card", by_mail=True, told_on=None).update(expires_on=dt.date(2040, 1, 1)), "期限の知らせ"),
    "rate": (lambda: RateLine.objects.filter(id=RateLine.objects.first().id).update(cards=1), "数か出典が記録と違います"),
    "source": (lambda: RateFile.objects.update(source="どこか"), "数か出典が記録と違います"),
    "month": (lambda: RateLine.objects.create(file=RateFile.objects.get(), month=dt.date(2026, 9, 1), population=2, cards=1),
              "2026-09の記録がありません"),
    "duty": (lambda: Duty.objects.first().delete(), "担当する職員が記録と違います"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_done_behind_the_record_is_told(busy, deed):
    act, words = DEEDS[deed]
    act()
    told = [fault.ja for fault in witness.verify()]
    assert any(words in one for one in told) and len(told) < 4, told


def test_a_card_that_nobody_took_in_is_told(busy):
    row = Card.objects.get(state="notified")
    Card.objects.create(id=uuid.uuid4(), number="ZZ9999", proof="x", sealed=row.sealed, place="A", arrived_on=OPENING.date(), changed_at=OPENING)
    assert "記録がありません" in witness.verify()[0].ja


def test_what_is_sealed_for_another_card_is_told(busy):
    card(sealed=Card.objects.get(state="handed").sealed)
    assert "氏名・日付・保管場所などが記録と違います" in witness.verify()[0].ja


def test_what_is_forgotten_by_rule_is_no_fault(busy):
    actor = busy.staff("okada")
    with clock.frozen(OPENING + dt.timedelta(days=400)):
        assert keeping.stock_sweep() == 2
        Occasion.objects.all().delete()
        assert keeping.duties_sweep() == 1 and not Duty.objects.exists() and keeping.duties_sweep() == 0
    with clock.frozen(OPENING + dt.timedelta(days=9000)):
        assert expiries.expiries_sweep() == 5
        new = ("NT-0077", "見本 一", "ミホン イチ", "1990-04-01", "926-8611", "石川県七尾市試用町1番地", "2051-01-01", "金庫A-1")
        assert services.cards_import(actor=actor, data=sheet(new)).added == 1
    assert witness.verify() == []


def test_a_death_between_card_and_booking_is_finished_by_the_worker(busy, monkeypatch):
    def die(point: str) -> None:
        if point == "cards.end.before_booking":
            raise KeyboardInterrupt

    row = outings.outing_make(actor=busy.staff("okada"), form=FORM | {"for": "receive", "name": "受取りの窓口"}, staff_ids=[])
    client = busy.browser()
    left = Card.objects.get(state="notified")
    proof = {"number": left.number, "born": services.holder_of(left).born, "for": row.key}
    assert client.post("/card/receive/", proof).status_code == 303
    booking = book(client, row)
    with monkeypatch.context() as armed:
        armed.setattr(failpoints, "hit", die)
        with pytest.raises(KeyboardInterrupt):
            services.card_hand(actor=busy.staff("okada"), card_id=str(left.id))
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    assert (keeping.bookings_finish(), keeping.bookings_finish()) == (1, 0)
    booking.refresh_from_db()
    assert booking.state == "cancelled" and witness.verify() == []
