"""前と同じ内容: what who fills in a form answered in earlier applications of their own, for the fields that are still empty
(docs/adr/0048)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Owner, proven, sign_in_proves
from madoguchi.kernel import audit, clock
from madoguchi.kernel.fixed import FixedReadBeside
from madoguchi.kernel.keeping import FOREVER, goes_on
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Published, Question, Step
from madoguchi.procedures.rules import remember
from madoguchi.procedures.rules.faces.webform import FieldView, StepView

from .drafts import draft_get, draft_open, facts
from .models import Application, Draft
from .support import ONLINE

MOST = 5  # applications looked through, newest first, and no further than until everything asked is answered
NOT_FROM = ("correction", "withdrawn", "unpaid", "lapsed")  # what the section found wrong, what was taken back, what was never accepted
NAMES = ("id", "slug", "version", "checksum", "filed_at", "status", "principal", "acting", "answers")
READ = FixedReadBeside(Draft, Application, NAMES, by="owner", newest="filed_at", most=MOST)
PRESET = ("kind", "era")  # parts in which something is chosen before anybody has typed
Lists = dict[str, list[str]]
Rows = Callable[[], Iterable[Application]]


@dataclass(frozen=True, slots=True)
class Source:
    """An earlier application, with the version it was filed on, and the day."""

    id: str
    published: Published
    on: dt.date

    @property
    def name(self) -> str:
        """The procedure, in the language of the page being drawn."""
        return self.published.shown().name


@dataclass(frozen=True, slots=True)
class Earlier:
    """For the fields of a page, by name: the question, the value, and the application it is from. ``empty``: those that it can fill;
    ``entries``: how many there are of a repeat group."""

    found: Mapping[str, tuple[Question, Any, Source]]
    empty: frozenset[str] = frozenset()
    entries: int = 0

    def sources(self, names: frozenset[str]) -> list[Source]:
        """From which applications these fields are, newest first."""
        used = {source.id: source for name, (_, _, source) in self.found.items() if name in names}
        return sorted(used.values(), key=lambda s: s.on, reverse=True)


NOTHING = Earlier({})


def draft_with_earlier(*, owner: Owner | None, draft_id: str, page: str) -> tuple[Draft, Rows | None]:
    """As draft_get; of somebody who signed in with what they have filed, in the same statement, where a page
    of this name may need it (otherwise `look` asks, when it does). Raises NotFound, AlreadyFiled."""
    if owner is None or not owner.natural or page not in procedures.pages_remembering() or not sign_in_proves():
        return draft_get(owner=owner, draft_id=draft_id), None
    draft, rows = READ.both(draft_id, owner.key)
    return draft_open(owner, draft), rows


def may_look(owner: Owner | None, draft: Draft) -> bool:
    """Is this a person at a form of their own: signed in where the card is asked for, no guest, no company, for nobody else, not at the
    counter?"""
    own = owner is not None and owner.natural and draft.owner == owner.key and sign_in_proves()
    return own and draft.channel == ONLINE and not (draft.help or draft.mandate or draft.organisation)


def look(
    owner: Owner | None, draft: Draft, d: Definition, page: Step, view: StepView, *, rows: Rows | None = None, marks: bool = False,
    pressed: bool = False,
) -> Earlier:
    """What earlier applications answer of a page as it is drawn. ``rows``: they were read with the draft, otherwise it takes a statement;
    none where there is nothing to ask or nobody who may. ``marks``: also where nothing is empty, to say what is the same; ``pressed``: it
    is about to be put in, so that whom it is about must be decided."""
    if owner is None or not may_look(owner, draft):
        return NOTHING
    fields = {f.name: f for entry in view.entries for f in entry.fields}
    wanted = [q for q in remember.keyed(page) if page.repeat or q.id in fields]
    empty = frozenset(_empty(page, wanted, fields))
    if not wanted or not (empty or marks):
        return NOTHING
    mine = {q.id for q in page.questions}
    answers = {k: v for k, v in draft.answers.items() if k not in mine} | ({} if page.repeat else _typed(page, fields))
    known = procedures.derive(d, facts(answers))
    wanted = [q for q in wanted if remember.own(d, q, known, None if pressed else page)]
    if not wanted or not remember.for_oneself(d, known):
        return NOTHING
    sources: list[Source] = []

    def said() -> Iterator[remember.Kept]:
        for source, kept in _sources(rows() if rows else _filed(owner), d.level):
            sources.append(source)
            yield kept

    taken = remember.taken(page, wanted, remember.kept(d, answers, known), remember.Passed(said()), clock.today())
    questions = {q.id: q for q in wanted}
    if page.repeat is None:
        found = {key: (questions[key], value, sources[n]) for key, (value, n) in taken.values.items()}
        return Earlier(found, empty & found.keys())
    found = {f"{page.repeat.id}.{i}.{key}": (questions[key], value, sources[taken.of])
             for i, entry in enumerate(taken.entries) for key, value in entry.items()}
    return Earlier(found, frozenset(found) if empty else frozenset(), len(taken.entries))


def _filed(owner: Owner) -> list[Application]:
    return list(Application.objects.filter(owner=owner.key).only(*NAMES).order_by("-filed_at")[:MOST])


def _sources(rows: Iterable[Application], level: str) -> Iterator[tuple[Source, remember.Kept]]:
    """Of one's own applications those whose answers may be shown on a form of this 本人確認, each with what it says. Past its 保存 nothing
    is shown, even where it has not been destroyed yet. What it was filed on is read once in a process."""
    for row in rows:
        if row.principal or row.acting or row.status in NOT_FROM:
            continue
        published, on = procedures.version_filed(row.slug, row.version, row.checksum), row.filed_at.astimezone(clock.JST).date()
        years, d = procedures.years_kept(row.slug, row.version), published.definition
        over = years is not None and years != FOREVER and goes_on(on, years) <= clock.today()
        if over or not remember.level_allows(level, d.level):
            continue
        known = procedures.derive(d, facts(row.answers, on))
        if remember.for_oneself(d, known):
            yield Source(str(row.id), published, on), remember.kept(d, row.answers, known)


def _empty(page: Step, wanted: list[Question], fields: Mapping[str, FieldView]) -> Iterator[str]:
    """The fields that nobody has put anything in; of a repeat group all or none, so that nobody's entries are mixed."""
    if page.repeat is None:
        yield from (q.id for q in wanted if _blank(fields[q.id]))
    elif all(_blank(f) for f in fields.values()):
        yield page.repeat.id


def _blank(field: FieldView) -> bool:
    return not any(b.value.strip() for b in field.boxes if b.key not in PRESET) and not (
        field.widget in ("checkbox", "declaration") and any(o.checked for o in field.options)) and not field.sealed


def value_in(q: Question, field: FieldView) -> Any:
    """What stands in a field, as an answer; None where it is none."""
    parts = {b.key: b.value for b in field.boxes}
    value, wrong = procedures.FIELD_TYPES[q.type].parse(lambda part: parts.get(part, ""), q)
    return None if wrong else value


def _typed(page: Step, fields: Mapping[str, FieldView]) -> dict[str, Any]:
    found = {q.id: value_in(q, fields[q.id]) for q in page.questions if q.id in fields and not fields[q.id].sealed and not _blank(fields[q.id])}
    return {key: value for key, value in found.items() if value is not None}


def marked(earlier: Earlier, view: StepView) -> frozenset[str]:
    """The fields in which the same stands as in the earlier application."""
    fields = {f.name: f for entry in view.entries for f in entry.fields}
    return frozenset(name for name, (q, value, _) in earlier.found.items() if name in fields and not _blank(fields[name])
                     and remember.same(value_in(q, fields[name]), value))


def put_in(raw: Lists, page: Step, earlier: Earlier) -> Lists:
    """The fields of a page with the empty ones filled. Nothing is saved by it."""
    out = dict(raw)
    for name in earlier.empty:
        q, value, _ = earlier.found[name]
        out |= {f"{name}.{part}" if part else name: [text] for part, text in procedures.FIELD_TYPES[q.type].form(value, q).items()}
    if page.repeat is not None and earlier.empty:
        out[f"{page.repeat.id}.count"] = [str(max(earlier.entries, page.repeat.low))]
    return out


def earlier_take(*, owner: Owner | None, draft: Draft, d: Definition, page: Step, view: StepView) -> Earlier:
    """What is put into the empty fields of a page. The card has to have proven who asks, and each application that is read for it stands
    in the record of the reads of its section: which one, for which draft, which questions; no value."""
    found = look(owner, draft, d, page, view, pressed=True)
    if not found.empty or owner is None or not proven(owner):
        return NOTHING
    with transaction.atomic():
        for source in found.sources(found.empty):
            asked = sorted({q.id for name, (q, _, of) in found.found.items() if name in found.empty and of.id == source.id})
            audit.record(owner.actor, "answers.taken_again", chain=f"reads:{source.published.definition.section}",
                         facts={"application": source.id, "draft": str(draft.id), "questions": asked})
    return found
