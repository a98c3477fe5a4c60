"""What the worker does with interviews: send on what a crash left, end what nobody goes on with, destroy what is long over."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.kernel import audit, clock

from .interviewing import chain_of, interview_close
from .models import Interview
from .reading import interview_file
from .rules import ENDED, FILED, KEEP_DAYS, OPEN, SHOWN, SIGNED


def interviews_sweep() -> int:
    """Returns how many were ended or went."""
    now, count = clock.now(), 0
    for row in Interview.objects.filter(state=SIGNED, made_at__lt=now - dt.timedelta(hours=1))[:50]:
        interview_file(row)
    for found in Interview.objects.filter(state__in=[OPEN, SHOWN], made_at__lt=now - dt.timedelta(days=1))[:50]:
        with transaction.atomic(durable=True):
            row = Interview.objects.select_for_update().get(id=found.id)
            if row.state in (OPEN, SHOWN):
                interview_close(row, "worker")
                count += 1
    for row in Interview.objects.filter(state__in=[FILED, ENDED], made_at__lt=now - dt.timedelta(days=KEEP_DAYS))[:500]:
        with transaction.atomic(durable=True):
            audit.record("worker", "interview.destroyed", chain=chain_of(row))
            audit.key_destroy(chain_of(row))
            row.delete()
            count += 1
    return count
