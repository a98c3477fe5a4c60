"""What the worker does by the clock: figures of days that are over, and forgetting the tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.booking.public import standing
from madoguchi.kernel import audit, failpoints

from . import city, rules
from .codes import chain
from .models import DayFigure, Roll, Ticket
from .rules import State

FORGOTTEN_AT_ONCE = 2000


def queue_sweep() -> int:
    """Write the figures of days that are over, then forget tickets so many days after theirs (booking.yaml, 番号札の保存). Returns how
    many were forgotten."""
    today = city.today()
    done = {(day, service) for day, service in DayFigure.objects.filter(day__gte=today - dt.timedelta(days=500)).values_list("day", "service")}
    days = Ticket.objects.filter(day__lt=today).values_list("day", "service").distinct()
    for day, service in sorted(set(days) - done):
        with transaction.atomic(durable=True):
            figure_write(day, service)
    with transaction.atomic(durable=True):
        gone = _forget()
        failpoints.hit("queue.forget.before_commit")
    rolls_over().delete()
    return gone


def figures_of(rows: Iterable[Ticket]) -> dict[str, int]:
    """How many came, were served, did not answer or gave up, and how long it took."""
    tickets = list(rows)
    called = [t for t in tickets if t.called_at is not None]
    waits = [(t.called_at - (t.due_at if t.due_at and t.due_at > t.since else t.since)).total_seconds() / 60 for t in called if t.called_at]
    waits = [max(0.0, wait) for wait in waits]
    served = [t for t in called if t.state == State.DONE]
    lengths = [(t.done_at - t.called_at).total_seconds() / 60 for t in served if t.done_at and t.called_at]
    return {"taken": len(tickets), "served": len(served), "absent": sum(t.state == State.ABSENT for t in tickets),
            "given_up": sum(t.state == State.CANCELLED for t in tickets), "wait": rules.middle(waits),
            "longest": round(max(waits, default=0)), "length": rules.middle(lengths)}


def figure_write(day: dt.date, service: str) -> None:
    """The figures of a service on a day that is over. Twice is once."""
    rows = list(Ticket.objects.filter(day=day, service=service))
    if rows:
        DayFigure.objects.update_or_create(day=day, service=service, defaults={"section": rows[0].section} | figures_of(rows))


def tickets_over() -> QuerySet[Ticket]:
    """Tickets so many days after theirs."""
    return Ticket.objects.filter(day__lt=city.today() - dt.timedelta(days=standing().tickets)).order_by("day")


def rolls_over() -> QuerySet[Roll]:
    """The rolls of numbers of days that are over."""
    return Roll.objects.filter(day__lt=city.today())


def _forget() -> int:
    rows = list(tickets_over().values_list("id", "section")[:FORGOTTEN_AT_ONCE])
    Ticket.objects.filter(id__in=[key for key, _ in rows]).delete()
    for section in sorted({section for _, section in rows}):
        audit.record("system", "queue.forgotten", chain=chain(section), facts={"tickets": sorted(str(key) for key, of in rows if of == section)})
    return len(rows)
