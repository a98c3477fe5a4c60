"""The trial shows a room at work, with people and figures that there are not, the same at every new start."""

from __future__ import annotations

import datetime as dt

from tests.support.walk import text

from madoguchi.booking.models import Booking, Occasion
from madoguchi.cards import holder, trial
from madoguchi.cards.models import Batch, Card, Expiry, RateLine
from madoguchi.kernel import clock, witness


def ready(hall):
    for name in ("okada", "matsui", "ueno"):
        hall.staff(name)


def test_the_room_is_filled_once_and_every_page_shows_something(hall, settings):
    assert trial.trial_cards() == 0  # nobody works here yet
    ready(hall)
    settings.PRODUCTION = True
    assert trial.trial_cards() == 0
    settings.PRODUCTION = False
    assert (trial.trial_cards(), trial.trial_cards()) == (30, 0)
    assert Batch.objects.count() == 3 and RateLine.objects.count() == 12 * 9 and Expiry.objects.count() == 8
    assert Booking.objects.exclude(about="").filter(state="confirmed").count() == 4
    days = set(Occasion.objects.values_list("day", flat=True))
    assert days == {dt.date(2026, 11, 25), dt.date(2026, 11, 29)} and clock.today() == dt.date(2026, 11, 20)
    desk = hall.desk("okada")
    stock = text(desk.get("/staff/cards/?show=stock"))
    assert "試用" in stock or "見本" in stock
    for show in ("arrived", "notified", "booked", "remind", "late", "handed", "returned"):
        assert '<th scope="row">' in text(desk.get(f"/staff/cards/?show={show}")), show
    assert "実際の統計ではありません" in text(desk.get("/staff/cards/rates/")) and "試用・東地区" in text(desk.get("/staff/cards/rates/"))
    assert "出張申請(試用工業)" in text(hall.browser().get("/card/"))
    assert witness.verify() == []


def test_the_people_are_invented_and_the_same_for_the_same_seed():
    one, again = (trial.cards_csv(seed=1, first=1, count=9, arrived=dt.date(2026, 11, 18)).decode() for _ in range(2))
    assert one == again != trial.cards_csv(seed=2, first=1, count=9, arrived=dt.date(2026, 11, 18)).decode()
    rows = one.splitlines()[1:]
    assert all(row.startswith("TRIAL") and row.split(",")[1].split()[0] in ("見本", "試用", "架空") and "試用町" in row for row in rows)
    today = dt.date(2026, 11, 20)
    assert trial.rates_csv(seed=1, today=today) == trial.rates_csv(seed=1, today=today)


def test_nobody_is_written_to(hall):
    ready(hall)
    trial.trial_cards()
    assert not Expiry.objects.filter(by_mail=True).exists() and {holder.holder_of(c).zip for c in Card.objects.all()} == {"9268611"}
