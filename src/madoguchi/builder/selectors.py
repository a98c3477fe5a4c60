"""Readers of the builder."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from madoguchi.identity.public import Staff
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import build, yaml_strict
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.read import read, resolve
from madoguchi.procedures.rules.yaml_strict import Problem

from .access import insist, may_build, sees
from .differ import Difference, differences
from .errors import CopyNotFound
from .models import Copy, Release, Revision
from .rules import not_handed_over
from .sources import drafts_waiting


@dataclass(frozen=True, slots=True)
class Row:
    """One procedure in the list."""

    slug: str
    name: str
    section: str
    state: str  # rules.STATES; "" for one that nobody is changing
    online: bool
    updated: Any = None


def row_list(*, actor: Staff, query: str = "", section: str = "", state: str = "") -> list[Row]:
    """Every procedure whose definition this person may see: worked on (newest first), then published, then drafts. Raises
    CopyNotFound for who may see none."""
    insist(may_build(actor))
    copies = {c.slug: c for c in Copy.objects.defer("text").order_by("-updated_at")}
    rows = [Row(c.slug, c.name, c.section, c.state, False, c.updated_at) for c in copies.values()]
    current = {p.slug: p.definition for p in procedures.catalogue()}
    rows = [Row(r.slug, r.name, r.section, r.state, r.slug in current, r.updated) for r in rows]
    rows += [Row(slug, d.name, d.section, "", True) for slug, d in current.items() if slug not in copies]
    rows += [Row(slug, name, where, "", False) for slug, (name, where) in drafts_waiting().items() if slug not in copies and slug not in current]
    words = query.split()
    return [r for r in rows if sees(actor, r.section) and (not section or r.section == section)
            and (not state or r.state == state or (state == "none" and not r.state)) and all(w in r.name or w in r.slug for w in words)]


def copy_get(*, actor: Staff, slug: str) -> Copy:
    """The text that the city works on. Raises CopyNotFound."""
    copy = Copy.objects.filter(slug=slug).first()
    if copy is None or not sees(actor, copy.section):
        raise CopyNotFound
    return copy


def revision_list(*, actor: Staff, copy: Copy) -> list[Revision]:
    """What was saved, newest first. Raises CopyNotFound."""
    insist(sees(actor, copy.section))
    return list(Revision.objects.filter(copy=copy).defer("text").order_by("-number")[:200])


def text_seen(*, actor: Staff, copy: Copy, revision: str) -> str:
    """The text of the revision that a form was drawn from; the one that stands where there is none of that number. Raises CopyNotFound."""
    insist(sees(actor, copy.section))
    number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 9 else 0
    found = Revision.objects.filter(copy=copy, number=number).values_list("text", flat=True).first()
    return copy.text if found is None else str(found)


def release_list(*, actor: Staff, copy: Copy) -> list[Release]:
    """Versions that can be gone back to, newest first, each with the time of its publication. Raises CopyNotFound."""
    insist(sees(actor, copy.section))
    rows = list(Release.objects.filter(slug=copy.slug).defer("text").order_by("-number")[:100])
    times = procedures.published_times(copy.slug)  # the first release of older databases has the time when the copy was opened
    for row in rows:
        row.at = times.get(row.number, row.at)
    return rows


def names_said(actors: Collection[str]) -> dict[str, str]:
    """Whom an act names → the name, as colleagues say it; who is no member of staff (the program itself) is 自動処理."""
    found = {s.actor: s.name for s in Staff.objects.filter(username__in={a.removeprefix("staff:") for a in actors if a})}
    return {actor: found.get(actor, actor.removeprefix("staff:") if actor.startswith("staff:") else "自動処理") for actor in actors}


@dataclass(frozen=True, slots=True)
class Checked:
    """A text, read. ``definition`` is there when it can be drawn, ``problems`` say what keeps it from being published."""

    definition: Definition | None
    problems: tuple[Problem, ...]
    doubts: tuple[tuple[int, str], ...]


def check(slug: str, text: str) -> Checked:
    """Read a text against the city's sections and appeals."""
    here = city()
    return _check(slug, text, tuple(here.sections), tuple(here.appeals), tuple(here.life_events), tuple(here.fees))


@functools.lru_cache(maxsize=64)
def _check(
    slug: str, text: str, sections: tuple[str, ...], appeals: tuple[str, ...], events: tuple[str, ...], fees: tuple[str, ...],
) -> Checked:
    _, problems = read(text, slug, sections=sections, appeals=appeals, life_events=events, fees=fees)
    table, wrong = yaml_strict.load(text, slug)
    if wrong:
        return Checked(None, tuple(problems), ())
    built, shape = build.definition(table, slug)
    drawable = None if shape else built
    if built.id != slug:
        problems = [*problems, Problem(slug, built.line_of("手続"), f"「手続」は「{slug}」のままにしてください。変えると別の手続きになります")]
    return Checked(drawable, tuple(problems), built.doubts)


def published_differences(copy: Copy) -> list[Difference] | None:
    """What differs from the version that is published, in words. None: nothing is published yet, or the text cannot be read."""
    try:
        before = procedures.body_of(copy.slug)
    except NotFound:
        return None
    _, wrong = yaml_strict.load(copy.text, copy.slug)
    return None if wrong else differences(before, resolve(copy.text, copy.slug))


def questions_kept_back(copy: Copy) -> list[str]:
    """New questions that 連携 hands to nobody; nothing while the text cannot be read or nothing is published."""
    try:
        before = procedures.body_of(copy.slug)
    except NotFound:
        return []
    _, wrong = yaml_strict.load(copy.text, copy.slug)
    return [] if wrong else not_handed_over(before, resolve(copy.text, copy.slug))


def changed_since(copy: Copy, revision: str) -> str:
    """What others changed in a text that was found, since somebody opened that revision: lines with + and -, empty where nothing."""
    old = copy.revisions.filter(number=int(revision)).first() if revision.isdecimal() and len(revision) < 10 else None
    if old is None or old.text == copy.text:
        return ""
    lines = difflib.unified_diff(old.text.splitlines(), copy.text.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
