"""Readers: the rows as lists, one by one, counted. Each asks who it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Case, CharField, Count, F, Q, QuerySet, Value, When

from madoguchi.identity.public import Staff
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.find import plain

from .access import insist
from .columns import LABELS, OURS
from .errors import EntryNotFound
from .models import Change, Entry, Heading, Upload
from .places import section_name, section_of
from .rules import BARRED, STATUSES, STOPS, safe_cell, year_words

PAGE = 50
UPLOADS = 20
CHOICES, FOUND = 100, 30  # published procedures to choose from without searching; found by a search
NOBODY = "担当課が決まっていない"
STILL_BARRED = Q(live=True) & (Q(status="blocked", status_by_hand="") | Q(status_by_hand__in=STOPS))  # rules.barred_by, though residents can file it


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; empty: everything."""

    query: str = ""
    section: str = ""
    status: str = ""
    kind: str = ""
    event: str = ""
    year: str = ""

    def carried(self) -> dict[str, str]:
        """As an address has it."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are: by status, by section and status, by target year and status; ``barred``: published, though
    the row still names paper, a seal or a visit, or a person has stopped it."""

    total: int
    statuses: dict[str, int]
    sections: list[tuple[str, dict[str, int]]]
    years: list[tuple[int | None, dict[str, int]]]
    barred: int = 0


def published() -> dict[str, str]:
    """Slug → name of what residents can file today."""
    return {p.slug: str(p.definition.name) for p in procedures.catalogue()}


def slugs_offered(query: str, kept: set[str]) -> dict[str, str]:
    """What a row can be pointed to: everything, or in a city of many procedures what is found by words, with those that are kept."""
    there = published()
    if len(there) <= CHOICES:
        return there
    found = [hit.slug for hit in procedures.search(query).hits if hit.slug in there][:FOUND]
    return {slug: there[slug] for slug in (*sorted(kept & set(there)), *found)}


def _all() -> QuerySet[Any]:
    """All rows with ``live`` (residents can file it here) and ``state``: what a person set, else online when it is live, else what the
    row says."""
    return Entry.objects.annotate(live=Case(When(slug__in=list(published()), then=True), default=False, output_field=BooleanField())).annotate(
        state=Case(When(status_by_hand__gt="", then=F("status_by_hand")), When(live=True, then=Value("online")), default=F("status"),
                   output_field=CharField()))


def _wanted(wanted: Filter) -> QuerySet[Any]:
    rows = _all()
    for word in wanted.query.split():
        if plain(word):
            rows = rows.filter(words__contains=plain(word))
    if wanted.section:
        rows = rows.filter(section="" if wanted.section == "-" else wanted.section)
    if wanted.status:
        rows = rows.filter(STILL_BARRED) if wanted.status == BARRED else rows.filter(state=wanted.status)
    if wanted.kind:
        rows = rows.filter(kind="" if wanted.kind == "-" else wanted.kind)
    if wanted.event:
        rows = rows.filter(event__contains=wanted.event)
    if wanted.year:
        rows = rows.filter(target_year=None if wanted.year == "-" else int(wanted.year))
    return rows.order_by("id")


def entry_list(*, actor: Staff, wanted: Filter, page: int = 1) -> Page[Any]:
    """A page of rows. Raises EntryNotFound."""
    insist(actor, writes=False)
    return Paginator(_wanted(wanted), PAGE).get_page(page)


def entry_get(*, actor: Staff, entry_id: int) -> Any:
    """A row, with ``state``. Raises EntryNotFound."""
    insist(actor, writes=False)
    found = _all().filter(id=entry_id).first()
    if found is None:
        raise EntryNotFound
    return found


def changes_of(entry: Entry) -> list[Change]:
    """What became of a row, newest first."""
    return list(Change.objects.filter(entry=entry).order_by("-id")[:200])


def choices(*, actor: Staff) -> tuple[dict[str, str], list[int]]:
    """Sections and target years that rows have, for the filters. Raises EntryNotFound."""
    insist(actor, writes=False)
    sections = Entry.objects.order_by("section").values_list("section", flat=True).distinct()
    years = Entry.objects.exclude(target_year=None).order_by("target_year").values_list("target_year", flat=True).distinct()
    return {s or "-": section_name(s) or NOBODY for s in sections}, [y for y in years if y is not None]


def counts(*, actor: Staff) -> Counts:
    """How far the city is. Raises EntryNotFound."""
    insist(actor, writes=False)
    rows = list(_all().order_by().values_list("section", "target_year", "state").annotate(n=Count("id")))
    statuses: Counter[str] = Counter()
    sections: dict[str, Counter[str]] = {}
    years: dict[int | None, Counter[str]] = {}
    for section, year, state, n in rows:
        statuses[state] += n
        sections.setdefault(section_name(section) or NOBODY, Counter())[state] += n
        years.setdefault(year, Counter())[state] += n
    return Counts(sum(statuses.values()), {s: statuses[s] for s in STATUSES},
                  [(name, dict(c)) for name, c in sorted(sections.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))],
                  [(year, dict(c)) for year, c in sorted(years.items(), key=lambda pair: pair[0] or 9999)],
                  _all().filter(STILL_BARRED).count())


def tasks_offline(*, actor: Staff) -> dict[str, list[str]]:
    """What the finders of the city send people to a section for, without a procedure on offer: finder → tasks. Raises EntryNotFound."""
    insist(actor, writes=False)
    found: dict[str, list[str]] = {}
    for finder, task in procedures.tasks_offline():
        found.setdefault(finder.name, []).append(task.name)
    return found


def table(*, actor: Staff, wanted: Filter) -> Iterator[list[str]]:
    """The rows as a list that can be taken in again; no spreadsheet takes a cell for a formula. Raises EntryNotFound."""
    insist(actor, writes=False)
    rows = list(_wanted(wanted))
    heads = sorted({head for e in rows for head in e.extra} - {*LABELS.values(), *OURS})
    names = published()
    yield [safe_cell(h) for h in (*LABELS.values(), *OURS, *heads)]
    for e in rows:
        own = [_written(e, field) for field in LABELS]
        why = _decided(e) if e.status_by_hand else _published(e, names) if e.state == "online" else e.status_why
        yield [safe_cell(c) for c in (*own, STATUSES[e.state], why, e.note, e.slug, *(e.extra.get(h, "") for h in heads))]


def _decided(e: Any) -> str:
    """That a person decided so; what residents can file all the same does not fall silent."""
    return "人が決めた" + ("。ただし公開中" if e.live and e.status_by_hand in STOPS else "")


def _published(e: Any, names: dict[str, str]) -> str:
    """Why a row is online; what its list says against it does not fall silent."""
    return f"公開中: {names.get(e.slug, '')}" + (f"。ただし一覧では、{e.status_why}" if e.status == "blocked" else "")


def _written(e: Any, field: str) -> str:
    if field == "section":
        given = str(e.given.get("section", ""))
        return given if section_of(given) == e.section else section_name(e.section)
    if field == "target_year":
        return year_words(e.target_year) if e.target_year else ""
    value = getattr(e, field)
    return "" if value is None else str(value)


def upload_list(*, actor: Staff) -> list[Upload]:
    """The newest lists that were taken in. Raises EntryNotFound."""
    insist(actor, writes=False)
    return list(Upload.objects.order_by("-id")[:UPLOADS])


def upload_get(*, actor: Staff, upload_id: int) -> Upload:
    """One of them. Raises EntryNotFound."""
    insist(actor, writes=False)
    found = Upload.objects.filter(id=upload_id).first()
    if found is None:
        raise EntryNotFound
    return found


def heading_list(*, actor: Staff) -> list[Heading]:
    """What people have said about columns. Raises EntryNotFound."""
    insist(actor, writes=False)
    return list(Heading.objects.order_by("shown"))
