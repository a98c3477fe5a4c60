"""What the worker does by the clock: the mail the day before, and forgetting."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.kernel import audit, clock, failpoints

from . import claims, mails
from .codes import chain
from .contact import contact_of
from .days import shut_out
from .models import Booking, Closure, Occasion, Waiting
from .occasions import occasions_without
from .rules import DUSK, State
from .setup import setup

AT_ONCE, FORGOTTEN_AT_ONCE = 500, 2000
CLOSURES_DAYS = 400


def bookings_remind() -> int:
    """Tell by mail of tomorrow's bookings, from the hour of booking.yaml (前日の知らせ) on; each once. Returns how many were told."""
    now = clock.now().astimezone(clock.JST)
    if not setup().remind <= now.hour < DUSK:
        return 0
    rows = Booking.objects.filter(state=State.CONFIRMED, reminded_at=None, day=now.date() + dt.timedelta(days=1))
    return sum(_remind(key) for key in rows.order_by("id").values_list("id", flat=True)[:AT_ONCE])


@transaction.atomic(durable=True)
def _remind(key: UUID) -> bool:
    row = Booking.objects.select_for_update().filter(id=key, state=State.CONFIRMED, reminded_at=None).first()
    if row is None:
        return False
    row.reminded_at = clock.now()
    row.save(update_fields=["reminded_at"])
    closed = bool(shut_out([row]))  # nobody is asked to come to a counter that is not open
    early = row.changed_at.astimezone(clock.JST).date() < clock.today()  # the mail of what was made or changed today says the day already
    told = (closed or early) and mails.send(row, contact_of(row), "shut" if closed else "remind")
    failpoints.hit("booking.remind.before_commit")
    return told


def bookings_sweep() -> int:
    """Forget: holds that ran out, and bookings with name and contact so many days after their day (booking.yaml 保存). Returns how many."""
    now = clock.now()
    gone = 0
    for key in Booking.objects.filter(state=State.HELD, held_until__lte=now - dt.timedelta(hours=1)).values_list("id", flat=True)[:AT_ONCE]:
        with transaction.atomic(durable=True):
            row = Booking.objects.select_for_update().filter(id=key, state=State.HELD, held_until__lte=now).first()
            if row is not None:
                claims.lapse(row)
    with transaction.atomic(durable=True):
        gone += _forget()
    occasions_over().exclude(key__in=Booking.objects.values("service")).delete()  # more bookings than go at once: it waits for the last
    closures_over().delete()
    return gone


def lapsed_over() -> QuerySet[Booking]:
    """Holds that ran out a day ago."""
    return Booking.objects.filter(state=State.LAPSED, changed_at__lt=clock.now() - dt.timedelta(days=1)).order_by("changed_at")


def bookings_over() -> QuerySet[Booking]:
    """Bookings so many days after their day."""
    return Booking.objects.filter(day__lt=_before()).exclude(state__in=[State.HELD, State.LAPSED]).order_by("day")


def waiting_over() -> QuerySet[Waiting]:
    """Places in a line, so many days after theirs."""
    return Waiting.objects.filter(day__lt=_before()).order_by("day")


def occasions_over() -> QuerySet[Occasion]:
    """Occasions whose bookings are forgotten, or go now."""
    staying = Booking.objects.exclude(id__in=bookings_over().order_by().values("id")).exclude(id__in=lapsed_over().order_by().values("id"))
    return occasions_without(staying)


def closures_over() -> QuerySet[Closure]:
    """Closures of long ago."""
    return Closure.objects.filter(last__lt=clock.now().date() - dt.timedelta(days=CLOSURES_DAYS))


def _before() -> dt.date:
    return clock.now().date() - dt.timedelta(days=setup().keep)


def _forget() -> int:
    Booking.objects.filter(id__in=list(lapsed_over().values_list("id", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
    Waiting.objects.filter(id__in=list(waiting_over().values_list("id", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
    rows = list(bookings_over().values_list("id", "section")[:FORGOTTEN_AT_ONCE])
    Booking.objects.filter(id__in=[key for key, _ in rows]).delete()
    for section in sorted({section for _, section in rows}):
        keys = sorted(str(key) for key, of in rows if of == section)
        audit.record("system", "booking.forgotten", chain=chain(section), facts={"bookings": keys})
    return len(rows)
