"""What one filed, and what agents filed for one, in lists: nothing drops out because there is much of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Case, Q, When

from madoguchi.identity.public import Owner
from madoguchi.web.typed import page_typed

from . import acting
from .models import Application

LISTED, PAGE = 100, 50  # for programs; on a page of one's own
WAITING = ("correction", "unpaid")  # for who filed it
WAITING_FIRST = Case(When(status__in=WAITING, then=0), default=1)


def application_list(*, owner: Owner) -> list[Application]:
    """Applications that this owner sees whole, newest first (for programs); what waits for them is among them however old it is."""
    rows = _newest(Q(owner__in=owner.keys) | Q(principal__in=owner.keys))
    seen = acting.sees(owner, rows)
    return [row for row in rows if seen[str(row.id)]]


def _newest(whose: Q) -> list[Application]:
    rows = list(Application.objects.filter(whose).order_by("-filed_at")[:LISTED])
    if len(rows) == LISTED:  # an office files more than that in a season
        old = Application.objects.filter(whose, status__in=WAITING).exclude(id__in=[row.id for row in rows])
        rows += old.order_by("-filed_at")[:LISTED]
    return rows


@dataclass(frozen=True, slots=True)
class FiledPage:
    """A page of what one filed, or had filed, the newest first: what is seen whole, and what is a copy only (docs/adr/0024)."""

    whole: list[Application]
    copies: list[Application]
    number: int
    pages: int


def filed_page(*, owner: Owner, page: str = "1") -> FiledPage:
    """What this owner filed, and what agents filed for them: nothing of it drops out because there is much of it, and what waits for who
    filed it stands before everything else."""
    whose = Q(owner__in=owner.keys) | Q(principal__in=owner.keys)
    rows = Application.objects.filter(whose).order_by(WAITING_FIRST, "-filed_at", "id")
    found = Paginator(rows, PAGE).get_page(page_typed(page))
    seen = acting.sees(owner, found)
    return FiledPage([row for row in found if seen[str(row.id)]], [row for row in found if not seen[str(row.id)]], found.number,
                     found.paginator.num_pages)
