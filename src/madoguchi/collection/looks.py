"""What a person of the section must look at because nobody else will: reminders whose last day comes near, a 速報 without its 確報, debits
that the bank has not answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from .access import section_require
from .charges import charges
from .models import DebitRequest, FeeSlip, Instalment, Money, Reminder, Sheet
from .rules import ANSWERED, BELIEVED, Letter

SOON = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unreminded:
    """期 of a charge whose payers must be reminded by ``until`` (地方税法371条ほか: 納期限から20日以内)."""

    charge: str
    year: int
    due: dt.date
    parts: int
    until: dt.date


def nothing_comes(today: dt.date) -> Q:
    """Of a 期: no 速報 that is still believed and no debit still under way says that it is paid."""
    told, asked = Q(prompt_on=None) | Q(prompt_on__lt=today - BELIEVED), Q(debit=None) | ~Q(failed_code="") | Q(debit__on__lt=today - ANSWERED)
    return told & asked


def unpaid(today: dt.date) -> QuerySet[Instalment]:
    """期 past their 納期限 with something left, of which nothing says that it comes."""
    return Instalment.objects.filter(nothing_comes(today), settled_on=None, due__lt=today)


def unreminded(*, actor: Staff) -> list[Unreminded]:
    """Those whose last day is within a week, or over; the nearest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    today, out = clock.today(), []
    reminded = Reminder.objects.filter(instalment=OuterRef("pk"), kind=Letter.REMINDER)
    by = ("due", "demand__charge", "demand__year")
    for due, key, year, parts in unpaid(today).filter(~Exists(reminded)).values_list(*by).annotate(n=Count("id")).order_by(*by):
        charge = charges().all.get(key)
        if charge is not None and due + dt.timedelta(days=charge.reminder_days) <= today + SOON:
            out.append(Unreminded(key, year, due, parts, due + dt.timedelta(days=charge.reminder_days)))
    return sorted(out, key=lambda one: one.until)


def prompts_left(*, actor: Staff) -> list[Instalment]:
    """期 whose 速報 is a month old and whose money is not here, the oldest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    rows = Instalment.objects.filter(settled_on=None, prompt_on__lt=clock.today() - BELIEVED).select_related("demand")
    return list(rows.order_by("prompt_on", "id"))


def unanswered(rows: Iterable[DebitRequest]) -> dict[int, int]:
    """How many debits of each of these requests the bank has said nothing about. The caller has answered who may see them."""
    ids = [row.id for row in rows]
    parts = Instalment.objects.filter(debit__in=ids, settled_on=None, failed_code="").values_list("debit")
    fees = FeeSlip.objects.filter(request__in=ids, money=None, stopped_at=None).values_list("request")
    return dict.fromkeys(ids, 0) | dict(parts.annotate(n=Count("id"))) | dict(fees.annotate(n=Count("id")))


def requests_late(*, actor: Staff) -> list[tuple[DebitRequest, int]]:
    """Requests long after their 引落日 with debits that were not answered: (request, how many). Raises DemandNotFound."""
    section_require(actor, writes=False)
    late, old = clock.today() - ANSWERED, clock.today() - dt.timedelta(days=400)
    rows = list(DebitRequest.objects.exclude(state="back").filter(on__lt=late, on__gte=old).order_by("-id"))
    waiting = unanswered(rows)
    return [(row, waiting[row.id]) for row in rows if waiting[row.id]]


def never_asked(*, actor: Staff, sheet: Sheet) -> int:
    """How many debits of an answer no request of ours has asked for. Raises DemandNotFound."""
    section_require(actor, writes=False)
    if sheet.form != "zengin":
        return 0
    return Money.objects.filter(sheet=sheet, instalment__isnull=False, instalment__debit=None).count()
