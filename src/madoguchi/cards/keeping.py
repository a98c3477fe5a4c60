"""Forgetting: cards that went long ago, with all that was known of them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.kernel import audit, clock

from .city import card_city
from .models import Batch, Card
from .services import CHAIN

AT_ONCE = 2000


@transaction.atomic(durable=True)
def stock_sweep() -> int:
    """Forget cards so many days after they were handed over or sent back (cards.yaml 保存). Returns how many."""
    before = clock.today() - dt.timedelta(days=card_city().forget)
    gone = list(Card.objects.filter(ended_on__lt=before).values_list("id", flat=True)[:AT_ONCE])
    if gone:
        Card.objects.filter(id__in=gone).delete()
        Batch.objects.filter(letters=None, expiries=None).delete()
        audit.record("system", "cards.forgotten", chain=CHAIN, facts={"cards": sorted(map(str, gone))})
    return len(gone)
