"""Drafts that nobody finished, as counters: month, procedure, page, how many. Nothing of a draft outlives it."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from madoguchi.kernel import clock

from .models import Draft, LeftDraft


def draft_left(draft: Draft, page: str) -> None:
    """Count a draft that goes, in the transaction in which it goes. The month is that in which somebody last wrote in it."""
    month = draft.updated_at.astimezone(clock.JST).date().replace(day=1)
    row, _ = LeftDraft.objects.get_or_create(month=month, slug=draft.slug, page=page)
    LeftDraft.objects.filter(id=row.pk).update(count=F("count") + 1)


def left_between(first: dt.date, last: dt.date, slugs: list[str]) -> list[tuple[dt.date, str, str, int]]:
    """(month, procedure, page, how many) in these months."""
    rows = LeftDraft.objects.filter(month__gte=first, month__lte=last, slug__in=slugs).order_by("slug", "-count", "page")
    return list(rows.values_list("month", "slug", "page", "count"))
