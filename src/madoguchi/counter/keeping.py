"""What the worker does with interviews: send on what a crash left, end what nobody goes on with, destroy what is long over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.kernel import audit, clock

from .interviewing import chain_of, interview_close, unfiled
from .models import Interview
from .reading import interview_file
from .rules import ENDED, FILED, KEEP_DAYS, OPEN, SHOWN, SIGNED


def interviews_over() -> QuerySet[Interview]:
    """Ended for as long as is kept."""
    return Interview.objects.filter(state__in=[FILED, ENDED], made_at__lt=clock.now() - dt.timedelta(days=KEEP_DAYS)).order_by("made_at")


def interviews_left() -> QuerySet[Interview]:
    """Begun and left for a day: what was written in them goes."""
    return Interview.objects.filter(state__in=[OPEN, SHOWN], made_at__lt=clock.now() - dt.timedelta(days=1)).order_by("made_at")


def drafts_left() -> list[Any]:
    """What was written in them and not sent."""
    return [draft for row in interviews_left() for draft in unfiled(row)]


def interviews_sweep() -> int:
    """Returns how many were ended or went."""
    now, count = clock.now(), 0
    over = list(interviews_over()[:500])  # before others are ended: what goes is what was said to go
    for row in Interview.objects.filter(state=SIGNED, made_at__lt=now - dt.timedelta(hours=1))[:50]:
        interview_file(row)
    for found in interviews_left()[:50]:
        with transaction.atomic(durable=True):
            row = Interview.objects.select_for_update().get(id=found.id)
            if row.state in (OPEN, SHOWN):
                interview_close(row, "worker")
                count += 1
    for row in over:
        with transaction.atomic(durable=True):
            audit.record("worker", "interview.destroyed", chain=chain_of(row))
            audit.key_destroy(chain_of(row))
            row.delete()
            count += 1
    return count
