"""The table of strangers, continued (see rights.py): the cards that wait."""

from __future__ import annotations

import datetime as dt
from typing import Any

from madoguchi.cards import expiries, outings, rating, selectors, services
from madoguchi.cards.models import Expiry
from madoguchi.cards.staff_errors import CardOver
from madoguchi.cards.tests.conftest import notified, sheet
from madoguchi.cards.tests.test_expiries import sheet as ends
from madoguchi.cards.tests.test_outings import FORM, made
from madoguchi.cards.tests.test_rates import BOTH
from madoguchi.cards.tests.test_rates import sheet as statistics

from .rights import Ask, anything, something, staff

SECTION = {"okada", "matsui", "ueno"}  # of 市民課
IDS = ("card", "outing", "expiry")
NUMBERS = ("card_batch",)


def stock(w: Any) -> None:
    """Three cards with their letters, and a new one."""
    w.card = str(notified(w.hall)[0].id)
    w.outing = made(w.hall).key
    rating.rates_import(actor=w.hall.staff("okada"), data=statistics(*BOTH), source="試用の統計")
    expiries.expiries_import(actor=w.hall.staff("okada"), data=ends())
    w.expiry = str(Expiry.objects.get(expires_on="2027-02-21").id)
    w.card_batch = selectors.batch_list(actor=w.hall.staff("okada"))[0].id
    services.cards_import(actor=w.hall.staff("okada"), data=sheet((
        "NT-0009", "試用 次郎", "シヨウ ジロウ", "1970-01-01", "926-8611", "石川県七尾市試用町9番地", "2026-11-18", "金庫B-9")))


def staffed(w: Any, a: Any) -> bool:
    """Returns nothing: it went."""
    outings.staff_set(actor=a, key=w.outing, staff_ids=[])
    return True


def gone(w: Any, a: Any) -> bool:
    """Returns nothing: it went."""
    expiries.expiry_drop(actor=a, expiry_id=w.expiry)
    return True


def agreed(w: Any, a: Any) -> bool:
    """Whoever may is told that the card is not handed over."""
    try:
        expiries.expiries_consent(actor=a, card_id=w.card, issued="2026-11-02", mail="hanako@example.jp")
    except CardOver:
        return True
    return False


def again(w: Any, a: Any) -> bool:
    """Whoever may is told how many are new: none."""
    return expiries.expiries_import(actor=a, data=ends()) == 0


TABLE: dict[str, Ask] = {
    "cards.selectors.insist": staff(lambda w, a: selectors.insist(actor=a), SECTION, something),
    "cards.selectors.card_list": staff(lambda w, a: selectors.card_list(actor=a)[0], SECTION, something),
    "cards.selectors.counts": staff(lambda w, a: selectors.counts(actor=a), SECTION, something),
    "cards.selectors.card_get": staff(lambda w, a: selectors.card_get(actor=a, card_id=w.card), SECTION, anything),
    "cards.selectors.card_for_booking": staff(lambda w, a: selectors.card_for_booking(a, "NT-0009"), SECTION, something),
    "cards.selectors.card_said": staff(lambda w, a: selectors.card_said(a, f"card:{w.card}"), SECTION, something),
    "cards.selectors.batch_list": staff(lambda w, a: selectors.batch_list(actor=a), SECTION, something),
    "cards.selectors.batch_get": staff(lambda w, a: selectors.batch_get(actor=a, batch_id=w.card_batch), SECTION, anything),
    "cards.services.cards_import": staff(lambda w, a: services.cards_import(actor=a, data=sheet()), SECTION, anything),
    "cards.services.letters_make": staff(lambda w, a: services.letters_make(actor=a, kind="notice"), SECTION, anything),
    "cards.services.card_hand": staff(lambda w, a: services.card_hand(actor=a, card_id=w.card), SECTION, anything),
    "cards.services.card_return": staff(lambda w, a: services.card_return(actor=a, card_id=w.card, why="moved"), SECTION, anything),
    "cards.expiries.expiries_import": staff(again, SECTION, something),
    "cards.expiries.expiries_consent": staff(agreed, SECTION, something),
    "cards.expiries.expiry_list": staff(lambda w, a: expiries.expiry_list(actor=a), SECTION, something),
    "cards.expiries.expiry_rows": staff(lambda w, a: expiries.expiry_rows(actor=a), SECTION, something),
    "cards.expiries.expiry_letters": staff(lambda w, a: expiries.expiry_letters(actor=a), SECTION, anything),
    "cards.expiries.expiry_drop": staff(gone, SECTION, something),
    "cards.rating.rates_import": staff(lambda w, a: rating.rates_import(actor=a, data=statistics(*BOTH), source="試用の統計"), SECTION, something),
    "cards.rating.rates_take": staff(lambda w, a: rating.rates_take(actor=a, data=statistics(*BOTH), source="試用の統計"), SECTION, something),
    "cards.rating.month_list": staff(lambda w, a: rating.month_list(actor=a), SECTION, something),
    "cards.rating.lines_of": staff(lambda w, a: rating.lines_of(actor=a, month=dt.date(2026, 10, 1)), SECTION, something),
    "cards.rating.table": staff(lambda w, a: rating.table(actor=a), SECTION, something),
    "cards.outings.outing_list": staff(lambda w, a: outings.outing_list(actor=a), SECTION, something),
    "cards.outings.outing_get": staff(lambda w, a: outings.outing_get(actor=a, key=w.outing), SECTION, anything),
    "cards.outings.outing_make": staff(lambda w, a: outings.outing_make(actor=a, form=FORM, staff_ids=[]), SECTION, anything),
    "cards.outings.staff_set": staff(staffed, SECTION, something),
    "cards.outings.outing_change": staff(lambda w, a: outings.outing_change(actor=a, key=w.outing, form=FORM), SECTION, something),
    "cards.outings.outing_cancel": staff(lambda w, a: outings.outing_cancel(actor=a, key=w.outing), SECTION, anything),
}
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "booking.selectors.booked_about": ("for a room above that has asked who may", {"cards.selectors"}),
    "cards.selectors.booked_ended": ("for this room's own sweep", {"cards.keeping"}),
    "cards.selectors.booked_ids": ("for this room's own lists", set()),
    "cards.selectors.card_by_proof": ("asks for number and birthday, counted and stopped", {"cards.views"}),
    "cards.selectors.card_page": ("yes or no", None),
    "cards.selectors.due_for": ("how many letters are due, for who may", {"cards.services", "cards.staff_views"}),
    "cards.selectors.may_cards": ("yes or no", None),
}
