"""Forgetting: cards that went long ago, with all that was known of them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.booking.public import occasions_there
from madoguchi.kernel import audit, clock

from .city import card_city
from .models import Batch, Card, Duty
from .selectors import booked_ended
from .services import CHAIN, booking_finish

AT_ONCE = 2000


def cards_over() -> QuerySet[Card]:
    """Cards so many days after they were handed over or sent back (cards.yaml 保存)."""
    return Card.objects.filter(ended_on__lt=clock.today() - dt.timedelta(days=card_city().forget))


def duties_over() -> list[Duty]:
    """Who worked at occasions that are forgotten themselves."""
    known = set(Duty.objects.values_list("occasion", flat=True).distinct()[:AT_ONCE])
    return list(Duty.objects.filter(occasion__in=known - occasions_there(known)))


@transaction.atomic(durable=True)
def stock_sweep() -> int:
    """Forget such cards. Returns how many."""
    gone = list(cards_over().values_list("id", flat=True)[:AT_ONCE])
    if gone:
        Card.objects.filter(id__in=gone).delete()
        Batch.objects.filter(letters=None, expiries=None).delete()
        audit.record("system", "cards.forgotten", chain=CHAIN, facts={"cards": sorted(map(str, gone))})
    return len(gone)


def bookings_finish() -> int:
    """The booking of a card that went, where the machine died between the two (services.card_hand). Returns how many."""
    cards = booked_ended()
    for card in cards:
        booking_finish(card, "system")
    return len(cards)


@transaction.atomic(durable=True)
def duties_sweep() -> int:
    """Forget such. Returns at how many."""
    rows = duties_over()
    gone = sorted({row.occasion for row in rows})
    if gone:
        Duty.objects.filter(id__in=[row.id for row in rows]).delete()
        audit.record("system", "cards.unstaffed", chain=CHAIN, facts={"occasions": gone})
    return len(gone)
