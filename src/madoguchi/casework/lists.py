"""The list of the workbench, its filters, its search and its counts. Nothing here costs more because there are more cases:
every query walks an index in the order of the list and stops (docs/adr/0026)."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import LessThan

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.offices.public import add_open_days, city
from madoguchi.procedures import public as procedures

from . import parts
from .models import Alarm, Case, CaseWord, Correction, Talk
from .states import LATE, NEAR, OPEN, OVER, OVERDUE, RUNNING, WORDS, State

PAGE = 20
MOST = 1000  # cases that a list goes through, and up to which it counts
FOUND = 300  # the same of a search: whoever found more writes another letter
FEW = 3000  # cases that the filters of a search may leave, to be looked through one by one
CHOICES = 100  # procedures in the filter: a city of five hundred would pay 9 KB on every page of a case
TOGETHER = 200  # queries in one statement
Key = tuple[Any, Any, Any]  # due day, time of filing, id, as the database gives them


@dataclass(frozen=True, slots=True)
class Tiles:
    """Counts of running cases by due day, each up to MOST + 1."""

    over: int
    today: int
    soon: int
    fine: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to."""

    query: str = ""
    slug: str = ""
    state: str = "open"
    who: str = ""
    due: str = ""
    mark: str = ""
    page: int = 1
    section: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """One page of a list. ``more``: there are more cases than ``count``, which can be leafed through."""

    rows: list[Case]
    number: int
    count: int
    more: bool

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // PAGE))

    @property
    def first(self) -> int:
        """Number of the first row."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """Number of the last row."""
        return min(self.number * PAGE, self.count)


TABLE = Case._meta.db_table
# Section after section by the index (a DISTINCT would read every case)
SECTIONS = (f"WITH RECURSIVE s(v) AS (SELECT MIN(section) FROM {TABLE} UNION ALL SELECT (SELECT MIN(section) FROM {TABLE} "  # noqa: S608 - our own table's name
            "WHERE section > s.v) FROM s WHERE s.v IS NOT NULL) SELECT v FROM s WHERE v IS NOT NULL")


def sections_of(actor: Staff) -> list[str]:
    """The sections whose cases somebody sees."""
    if not actor.may(Right.READ_ALL_CASES):
        return actor.sections()
    return sorted(sections_of_cases())


def sections_of_cases() -> set[str]:
    """Every section that has cases, also one that the city has no longer."""
    with connection.cursor() as cursor:
        cursor.execute(SECTIONS)
        return {row[0] for row in cursor.fetchall()}


def _sections(actor: Staff, wanted: Filter) -> list[str]:
    return [s for s in sections_of(actor) if wanted.section in ("", s)]


def _ask(queries: Sequence[QuerySet[Any, Any]], head: str) -> list[tuple[Any, ...]]:
    """All these queries together, each with its own limit (Django cannot say that on SQLite, which takes 500 at most)."""
    out: list[tuple[Any, ...]] = []
    for at in range(0, len(queries), TOGETHER):
        texts: list[str] = []
        params: list[Any] = []
        for n, query in enumerate(queries[at : at + TOGETHER]):
            text, some = query.query.sql_with_params()
            texts.append(f"SELECT {head.format(n=at + n)} FROM ({text}) AS u{n}")  # noqa: S608 - Django's own text, parameters apart
            params += some
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(texts), params)
            out += cursor.fetchall()
    return out


def _due(which: str) -> Q | None:
    """The due days of a tile, by working days."""
    today = clock.today()
    soon = add_open_days(today, 3)
    return {"over": Q(due_on__lt=today), "today": Q(due_on=today), "soon": Q(due_on__gt=today, due_on__lte=soon),
            "fine": Q(due_on__gt=soon)}.get(which)


def tiles(*, actor: Staff) -> Tiles:
    """How the section stands, by working days."""
    sections = sections_of(actor)
    if not sections:
        return Tiles(0, 0, 0, 0)
    rows = Case.objects.filter(section__in=sections, state__in=RUNNING).values("due_on")
    counts = dict(_ask([rows.filter(_due(which) or Q())[: MOST + 1] for which in ("over", "today", "soon", "fine")], "{n}, COUNT(*)"))
    return Tiles(*(counts[n] for n in range(4)))


def _unread() -> Q:
    return Q(id__in=Talk.objects.filter(by=None, seen_at=None).values("case_id"))


def _alarmed(step: str) -> Q:
    """Reported in this step for the due day that it has now; while the clock stands there is nothing to report."""
    there = Alarm.objects.filter(case=OuterRef("pk"), due_on=OuterRef("due_on"), step=step)
    when = Q(due_on__lt=clock.today()) if step == OVERDUE else Q(due_on__gte=clock.today())
    return when & Q(Exists(there), state__in=RUNNING)


ASKED_BY = Subquery(Correction.objects.filter(case=OuterRef("pk")).order_by("-number").values("due_on")[:1])  # the day to answer by


def unanswered() -> Q:
    """Waits for the answer to a correction whose day is over."""
    return Q(LessThan(ASKED_BY, clock.today()), state=State.CORRECTION)


MARKS: dict[str, Callable[[], Q]] = {"unread": _unread, "near": lambda: _alarmed(NEAR), "over": lambda: _alarmed(OVERDUE),
                                      LATE: unanswered}


def _states(wanted: Filter) -> tuple[str, ...]:
    if wanted.due and _due(wanted.due) is not None:
        return tuple(s for s in RUNNING if wanted.state not in WORDS or s == wanted.state)
    if wanted.state in WORDS:
        return (wanted.state,)
    return OPEN if wanted.state == "open" and not wanted.query else tuple(WORDS)


def _narrowed(actor: Staff, wanted: Filter, states: Iterable[str]) -> list[QuerySet[Case]]:
    """The list as pieces, each of which lies in one stretch of one index."""
    hands: list[dict[str, Any]] = [{"assignee": actor}, {"assignee": None}] if wanted.who == "me" else [{}]
    fixed: dict[str, Any] = {"slug": wanted.slug} if wanted.slug else {}
    due = (_due(wanted.due) or Q()) & (MARKS[wanted.mark]() if wanted.mark in MARKS else Q())
    return [Case.objects.filter(due, section=section, state=state, **hand, **fixed)
            for section, state, hand in itertools.product(_sections(actor, wanted), states, hands)]


def _walk(pieces: Sequence[QuerySet[Case]], limit: int, *, newest: bool) -> list[Key]:
    """The first keys of all pieces together."""
    order = ("-due_on", "-filed_at") if newest else ("due_on", "filed_at")
    found = _ask([p.order_by(*order).values_list("due_on", "filed_at", "id")[:limit] for p in pieces], "*")
    return sorted(found, reverse=newest)[:limit]


def _listed(actor: Staff, wanted: Filter, most: int = 0) -> tuple[list[Key], int]:
    """(keys up to the end of the page, or the first ``most``; how many there are): what is open by due day, then what is over, newest first."""
    states = _states(wanted)
    still = _narrowed(actor, wanted, [s for s in states if s in OPEN])
    over = _narrowed(actor, wanted, [s for s in states if s in OVER])
    count = sum(n for (n,) in _ask([p.values("due_on")[: MOST + 1] for p in [*still, *over]], "COUNT(*)"))
    limit = most or min(max(wanted.page, 1), -(-min(count, MOST) // PAGE) or 1) * PAGE
    keys = _walk(still, limit, newest=False)
    if len(keys) < limit:
        keys += _walk(over, limit - len(keys), newest=True)
    return keys, count


def _found(actor: Staff, wanted: Filter) -> tuple[list[Key], int]:
    """As _listed, of the cases found by a query. When there are more than FOUND, it is the first by the alphabet of what
    follows the query that are looked at: the page asks to write more."""
    once = _found_in_few(actor, wanted)
    if once is None:
        once = _found_by_word(actor, wanted)
    still = sorted(k[:3] for k in once if k[3] in OPEN)
    over = sorted((k[:3] for k in once if k[3] not in OPEN), reverse=True)
    return [*still, *over], len(once)


def _found_in_few(actor: Staff, wanted: Filter) -> set[tuple[Any, ...]] | None:
    """Where the filters leave FEW cases or fewer, those of them that the query finds: key and state. None where they leave
    more. A walk along the words would read past every case that has the words and does not fit."""
    if not (wanted.slug or wanted.who or wanted.due or wanted.mark or set(_states(wanted)) != set(WORDS)):
        return None
    pieces = _narrowed(actor, wanted, _states(wanted))
    if sum(n for (n,) in _ask([p.values("due_on")[: FEW + 1] for p in pieces], "COUNT(*)")) > FEW:
        return None
    rows = _ask([p.values_list("due_on", "filed_at", "id", "state", "search")[: FEW + 1] for p in pieces], "*")
    return {row[:4] for row in rows if parts.meets(row[4], wanted.query)}


def _found_by_word(actor: Staff, wanted: Filter) -> set[tuple[Any, ...]]:
    """Key and state of those that the query finds, at most FOUND + 1 of each section."""
    span = parts.span(wanted.query)
    if span is None:
        return set()
    narrow = Q(case__state__in=_states(wanted)) if set(_states(wanted)) != set(WORDS) else Q()
    if wanted.slug:
        narrow &= Q(case__slug=wanted.slug)
    if wanted.who == "me":
        narrow &= Q(case__assignee=actor) | Q(case__assignee=None)
    for name, day in (_due(wanted.due) or Q()).children:  # type: ignore[misc]
        narrow &= Q(**{f"case__{name}": day})
    walks = [
        CaseWord.objects.filter(narrow, section=section, word__gte=span[0], word__lt=span[1]).order_by("word")
        .values_list("case__due_on", "case__filed_at", "case_id", "case__state")[: FOUND + 1] for section in _sections(actor, wanted)
    ]
    once = set(_ask(walks, "*"))  # a name may have the part twice
    if wanted.mark in MARKS:
        there = set(Case.objects.filter(MARKS[wanted.mark](), id__in=[uuid.UUID(str(k[2])) for k in once]).values_list("id", flat=True))
        once = {k for k in once if uuid.UUID(str(k[2])) in there}
    return once


def case_list(*, actor: Staff, wanted: Filter) -> Window:
    """20 cases a page, of at most MOST (FOUND by a query): what is open by due day, then what is over, newest first."""
    keys, count = (_found if wanted.query else _listed)(actor, wanted)
    most = FOUND if wanted.query else MOST
    more, count = count > most, min(count, most)
    number = min(max(wanted.page, 1), max(1, -(-count // PAGE)))
    ids = [uuid.UUID(str(key[2])) for key in keys[(number - 1) * PAGE : number * PAGE]]
    rows = Case.objects.filter(id__in=ids).select_related("assignee").defer("answers", "files", "checklist").in_bulk() if ids else {}
    return Window([rows[i] for i in ids if i in rows], number, count, more)


def case_ids(*, actor: Staff, wanted: Filter) -> list[uuid.UUID]:
    """The cases of a filter in the order of the list, at most MOST (FOUND by a query)."""
    keys, _ = _found(actor, wanted) if wanted.query else _listed(actor, wanted, MOST)
    return [uuid.UUID(str(key[2])) for key in keys]


def procedures_seen(*, actor: Staff, wanted: Filter | None = None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(procedures, sections) to choose from in the filter, of this person's own. Where there are more than CHOICES, a section is
    chosen first, and then one of its procedures; otherwise there are no sections to choose."""
    wanted = wanted or Filter()
    own = set(actor.sections()) if not actor.may(Right.READ_ALL_CASES) else set(city().sections)
    seen = [p for p in procedures.catalogue() if p.definition.section in own]
    sections = {p.definition.section for p in seen}
    if len(seen) <= CHOICES or len(sections) < 2:
        return [(p.slug, p.definition.name) for p in seen], []
    return ([(p.slug, p.definition.name) for p in seen if p.slug == wanted.slug or p.definition.section == wanted.section],
            [(key, str(s.name)) for key, s in city().sections.items() if key in sections])
