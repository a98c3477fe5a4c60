"""Readers that count cases for statistics: by section, procedure and month, between two months. The database groups; what
comes back has at most a row for each group. Cases destroyed at the end of their term count by their tombstone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case as If
from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncMonth

from madoguchi.kernel import clock

from .models import Case, Correction, Decision, Tombstone

TOKYO = ZoneInfo("Asia/Tokyo")  # by name: SQLite is told the name


@dataclass(frozen=True, slots=True)
class Counted:
    """So many cases of a section, procedure, month and channel."""

    section: str
    slug: str
    month: dt.date
    channel: str
    count: int


@dataclass(frozen=True, slots=True)
class Decided:
    """So many cases decided for the first time in a month, filed and decided on the same days."""

    section: str
    slug: str
    month: dt.date
    filed_on: dt.date
    decided_on: dt.date
    within: bool
    count: int


def _moments(first: dt.date, until: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return (dt.datetime.combine(first, dt.time(), clock.JST), dt.datetime.combine(until, dt.time(), clock.JST))


def _groups(rows: QuerySet[Any], month: str, section: str, slug: str, channel: str) -> Iterator[Counted]:
    grouped = rows.annotate(m=TruncMonth(month, tzinfo=TOKYO)).values(section, slug, "m", channel).annotate(n=Count("pk")).order_by()
    for r in grouped:
        yield Counted(r[section], r[slug], r["m"].date(), r[channel], r["n"])


def _stones(sections: list[str], field: str, first: dt.date, until: dt.date) -> QuerySet[Tombstone]:
    return Tombstone.objects.filter(section__in=sections, **{f"{field}__gte": first, f"{field}__lt": until})


def filed_between(sections: list[str], first: dt.date, until: dt.date) -> list[Counted]:
    """Cases filed from the first day on and before the last."""
    low, high = _moments(first, until)
    rows = Case.objects.filter(section__in=sections, filed_at__gte=low, filed_at__lt=high)
    found = list(_groups(rows, "filed_at", "section", "slug", "channel"))
    gone = _stones(sections, "filed_on", first, until).values_list("section", "slug", "filed_on", "channel")
    return found + [Counted(section, slug, day.replace(day=1), channel, 1) for section, slug, day, channel in gone]


def corrected_between(sections: list[str], first: dt.date, until: dt.date) -> list[Counted]:
    """Those of filed_between whose applicant was asked to put something right."""
    low, high = _moments(first, until)
    rows = Correction.objects.filter(number=1, case__section__in=sections, case__filed_at__gte=low, case__filed_at__lt=high)
    found = list(_groups(rows, "case__filed_at", "case__section", "case__slug", "case__channel"))
    gone = _stones(sections, "filed_on", first, until).values_list("section", "slug", "filed_on", "channel", "counts")
    return found + [Counted(section, slug, day.replace(day=1), channel, 1)
                    for section, slug, day, channel, counts in gone if counts.get("corrections")]


def decided_between(sections: list[str], first: dt.date, until: dt.date) -> list[Decided]:
    """Cases whose first decision was made in these days. Its number is not always 1: a proposal that was sent back took that one."""
    low, high = _moments(first, until)
    on = TruncDate("decided_at", tzinfo=TOKYO)
    earlier = Decision.objects.filter(case=OuterRef("case"), state="final", number__lt=OuterRef("number"))
    rows = Decision.objects.filter(~Exists(earlier), state="final", decided_at__gte=low, decided_at__lt=high, case__section__in=sections).annotate(
        on=on, came=TruncDate("case__filed_at", tzinfo=TOKYO), due=Coalesce("due_on", "case__due_on"),
    ).annotate(within=If(When(on__lte=F("due"), then=Value(1)), default=Value(0), output_field=IntegerField()))
    grouped = rows.values("case__section", "case__slug", "came", "on", "within").annotate(n=Count("pk")).order_by()
    found = [Decided(r["case__section"], r["case__slug"], r["on"].replace(day=1), r["came"], r["on"], bool(r["within"]), r["n"]) for r in grouped]
    gone = _stones(sections, "decided_on", first, until).values_list("section", "slug", "filed_on", "decided_on", "due_on")
    return found + [Decided(section, slug, day.replace(day=1), filed, day, day <= due, 1)
                    for section, slug, filed, day, due in gone if day]
