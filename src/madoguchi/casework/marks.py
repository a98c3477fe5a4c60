"""How many open cases of a section carry a mark. Counted from the few rows that mark one, not from the many cases (docs/adr/0026)."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterable, Sequence

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from .lists import MOST, sections_of, unanswered
from .models import Alarm, Case, Talk
from .states import LATE, NEAR, OPEN, OVERDUE, RUNNING

TOGETHER = 500  # cases looked up at once
Marked = tuple[uuid.UUID, dt.date | None]  # a case, and the due day that was reported


def _unread(sections: Sequence[str]) -> Iterable[Marked]:
    rows = Talk.objects.filter(by=None, seen_at=None).values_list("case_id", flat=True).distinct()
    return ((case_id, None) for case_id in rows.iterator(TOGETHER))


def _alarmed(step: str) -> Callable[[Sequence[str]], Iterable[Marked]]:
    today = clock.today()

    def rows(sections: Sequence[str]) -> Iterable[Marked]:
        found = Alarm.objects.filter(section__in=sections, step=step, stands=True)
        now = found.filter(due_on__lt=today) if step == OVERDUE else found.filter(due_on__gte=today)
        return now.values_list("case_id", "due_on").iterator(TOGETHER)

    return rows


def marks(*, actor: Staff) -> dict[str, int]:
    """How many open cases carry each mark, each up to MOST + 1."""
    sections = sections_of(actor)
    ways = {"unread": _unread, NEAR: _alarmed(NEAR), OVERDUE: _alarmed(OVERDUE)}
    found = {mark: _count(rows(sections), frozenset(sections)) if sections else 0 for mark, rows in ways.items()}
    return found | {LATE: _late(sections) if sections else 0}


def _late(sections: Sequence[str]) -> int:
    """Corrections that nobody answered in time, from the alarms of them that stand."""
    count, left = 0, iter(Alarm.objects.filter(section__in=sections, step=LATE, stands=True).values_list("case_id", flat=True).iterator(TOGETHER))
    while count <= MOST and (some := set(itertools.islice(left, TOGETHER))):
        count += Case.objects.filter(unanswered(), id__in=some, section__in=sections).count()
    return min(count, MOST + 1)


def _count(rows: Iterable[Marked], sections: frozenset[str]) -> int:
    """Those of these that hold: by their keys alone, so that no database thinks of going through the section instead."""
    count, left = 0, iter(rows)
    while count <= MOST and (some := set(itertools.islice(left, TOGETHER))):
        cases = Case.objects.filter(id__in={case_id for case_id, _ in some}).values_list("id", "section", "state", "due_on")
        for case_id, section, state, due_on in cases:
            held = (state in OPEN and (case_id, None) in some) or (state in RUNNING and (case_id, due_on) in some)
            count += section in sections and held
    return min(count, MOST + 1)
