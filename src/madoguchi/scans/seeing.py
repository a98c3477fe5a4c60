"""A 個人番号 on a sheet is opened once, by who may see it, with the reason on record (as casework.services.number_reveal does after filing)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, keys
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.sealing import Column

from . import selectors
from .covering import is_foreign
from .errors import LookFirst, WhyMissing
from .models import Page, SheetView
from .taking import chain_of

PURPOSE = "sheet-why"
MOST_WHY = 500  # characters
KEEP_DAYS = 365  # of a sheet that was never filed, as what its scan hashed to
SEALED = (Column(SheetView, "sealed_why", PURPOSE, "id", "紙の個人番号を見た理由"),)


@transaction.atomic(durable=True)
def sheet_reveal(*, actor: Staff, page_id: str, why: str) -> Page:
    """The sheet, for one look at the numbers on it. The reason's digest goes into the record of the scan, its words beside it, sealed.
    Raises ScanNotFound, Forbidden, WhyMissing."""
    page = selectors.page_get(actor=actor, page_id=page_id)
    if not actor.may(Right.SEE_NUMBER, page.section):
        raise Forbidden
    why = why.strip()
    if len(why) < 2:
        raise WhyMissing
    if len(why) > MOST_WHY:
        raise WhyMissing(WhyMissing.too_long)
    view = SheetView(page=page.id, sheet=page.sheet, by=actor, at=clock.now())
    view.sealed_why = keys.seal(PURPOSE, why.encode(), bound_to=str(view.id))
    view.save(force_insert=True)
    audit.record(actor.actor, "scan.number_viewed", chain=chain_of(page.upload), facts={"sheet": page.sheet, "view": str(view.id)}, of=why)
    return page


def has_looked(*, actor: Staff, page: Page) -> bool:
    """Has this person opened the sheet, with a reason?"""
    return SheetView.objects.filter(page=page.id, by=actor).exists()


@transaction.atomic(durable=True)
def sheet_clear(*, actor: Staff, page_id: str, clear: bool) -> Page:
    """A sheet without a code of ours is closed to everybody until somebody who has looked at it says that no 個人番号 is on it; ``clear`` false:
    it is closed again. Raises ScanNotFound, Forbidden, LookFirst."""
    page = selectors.page_get(actor=actor, page_id=page_id)
    if not actor.may(Right.SEE_NUMBER, page.section):
        raise Forbidden
    if not is_foreign(page) or (clear and not has_looked(actor=actor, page=page)):
        raise LookFirst
    if page.no_number != clear:
        page.no_number = clear
        page.save(update_fields=["no_number"])
        audit.record(actor.actor, "scan.no_number" if clear else "scan.closed_again", chain=chain_of(page.upload), facts={"sheet": page.sheet})
    return page


def views_of(case_id: str) -> list[dict[str, Any]]:
    """Who opened a number on the sheets of an application before it was filed: for the page of its case."""
    rows = SheetView.objects.filter(application=case_id).select_related("by").order_by("-at") if case_id else []
    return [{"by": row.by, "at": row.at, "label": f"紙の画像（読み込んだ{row.sheet}枚目）",
             "why": keys.unseal(PURPOSE, row.sealed_why, bound_to=str(row.id)).decode()} for row in rows]


def views_hold(case_id: str) -> str:
    """They never keep a case from being destroyed."""
    return ""


def views_forget(case_id: str) -> dict[str, int]:
    """They go with the case, in its transaction."""
    return {"sheet_views": SheetView.objects.filter(application=case_id).delete()[0]}


def views_over() -> QuerySet[SheetView]:
    """The reasons for sheets that were not filed within a year."""
    return SheetView.objects.filter(application="", at__lt=clock.now() - dt.timedelta(days=KEEP_DAYS))


def views_sweep() -> int:
    """Forget them. Returns how many."""
    return views_over().delete()[0]
