"""What payments took and gave back, by day: card, cash and terminals, for the treasury. 納付書 and 口座振替 of fees, and taxes, are in the
books of 収納 and are not counted here a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce, TruncDate

from .models import Attempt, Refund
from .providers import FREE, LASTING
from .rules import BOOKS

TOKYO = ZoneInfo("Asia/Tokyo")  # by its name: databases do not know clock.JST


@dataclass(frozen=True, slots=True)
class Taking:
    """One day of a section by one means; ``back``: given back that day, whenever it was taken."""

    on: dt.date
    section: str
    means: str
    count: int
    yen: int
    backs: int
    back: int


def takings(since: dt.date, until: dt.date) -> list[Taking]:
    """The days from ``since`` to ``until``. The caller has asked who may read them."""
    found: dict[tuple[dt.date, str, str], list[int]] = {}
    for at, rows in ((0, _paid(since, until)), (2, _backs(since, until))):
        for on, section, means, count, yen in rows:
            sums = found.setdefault((on, section, means), [0, 0, 0, 0])
            sums[at], sums[at + 1] = count, yen
    return [Taking(*key, *found[key]) for key in sorted(found)]


def _paid(since: dt.date, until: dt.date) -> Iterator[tuple[dt.date, str, str, int, int]]:
    rows = Attempt.objects.filter(state="paid").exclude(provider__in=(*LASTING, FREE)).exclude(payment__key__startswith=BOOKS)
    on = TruncDate(Coalesce("payment__paid_at", "asked_at", "created_at"), tzinfo=TOKYO)
    rows = rows.annotate(on=on).filter(on__gte=since, on__lte=until)
    yield from rows.values_list("on", "payment__section", "provider").annotate(n=Count("id"), t=Sum("amount")).order_by("on")


def _backs(since: dt.date, until: dt.date) -> Iterator[tuple[dt.date, str, str, int, int]]:
    rows = Refund.objects.filter(state="done").exclude(attempt__provider__in=(*LASTING, FREE)).exclude(payment__key__startswith=BOOKS)
    rows = rows.annotate(on=TruncDate("done_at", tzinfo=TOKYO)).filter(on__gte=since, on__lte=until)
    yield from rows.values_list("on", "payment__section", "attempt__provider").annotate(n=Count("id"), t=Sum("amount")).order_by("on")
