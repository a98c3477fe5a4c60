"""The people whom a form names: which 氏名, カナ, 生年月日 and 住所 questions belong to one person. Read off the definition
(役割, 引継, the order of questions, the repeat groups); no definition has to say anything more for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .model import Definition, Question, Step

KINDS = ("氏名", "カナ", "生年月日", "住所")


@dataclass(frozen=True, slots=True)
class Named:
    """One person as the form asks for them: ``parts`` are the questions by field type. ``role`` names the place in the form: the
    id of the question for the name."""

    role: str
    label: str
    step: Step
    parts: Mapping[str, Question]


@dataclass(frozen=True, slots=True)
class Person:
    """One person as an application names them: ``answers`` by field type."""

    role: str
    label: str
    answers: Mapping[str, Any]


@dataclass(slots=True)
class _Growing:
    name: Question
    step: Step
    parts: dict[str, Question] = field(default_factory=dict)

    def takes(self, q: Question) -> bool:
        """May this question belong to the person? An address without a role is somebody's only where nobody has a role (the
        place of a facility stands beside a person with one); the one filled from the card comes before any other."""
        if q.type in self.parts and not (q.prefill and not self.parts[q.type].prefill):
            return False
        return q.role == self.name.role or (not q.role and q.type != "住所")


def _grow(d: Definition) -> list[_Growing]:
    found: list[_Growing] = []
    for step in d.steps:
        at: _Growing | None = None
        for q in step.questions:
            if q.type == "氏名":
                at = _Growing(q, step, {"氏名": q})
                found.append(at)
            elif q.type in KINDS and at is not None and at.takes(q):
                at.parts[q.type] = q
    return found


def _from_other_pages(d: Definition, found: list[_Growing]) -> None:
    """What a role is asked on another page belongs to the first person of the role."""
    first = {g.name.role: g for g in reversed(found) if g.name.role and g.step.repeat is None}
    for step in d.steps:
        for q in step.questions:
            person = first.get(q.role) if q.type in KINDS and q.type != "氏名" and step.repeat is None else None
            if person is not None and q.type not in person.parts:
                person.parts[q.type] = q


def people_asked(d: Definition) -> tuple[Named, ...]:
    """Everybody whom the form asks for, in the order asked."""
    found = _grow(d)
    _from_other_pages(d, found)
    roles = {r.id: r.name for r in d.roles}
    out = []
    for g in found:
        label = g.step.repeat.name if g.step.repeat else roles.get(g.name.role, g.name.label.removesuffix("の氏名"))
        out.append(Named(g.name.id, label, g.step, g.parts))
    return tuple(out)


def people_named(d: Definition, answers: Mapping[str, Any], steps: tuple[Step, ...]) -> Iterator[Person]:
    """Everybody whom these answers name; ``steps`` are the pages that were asked."""
    pages = {step.id for step in steps}
    where = {q.id: step.id for step in d.steps for q in step.questions}
    for named in people_asked(d):
        repeat = named.step.repeat
        entries = answers.get(repeat.id) or [] if repeat else [answers]
        for index, entry in enumerate(entries):
            given = {kind: entry[q.id] for kind, q in named.parts.items() if entry.get(q.id) and where[q.id] in pages}
            if "氏名" not in given:
                continue
            suffix, number = (f".{index}", f" {index + 1}") if repeat else ("", "")
            yield Person(named.role + suffix, named.label + number, given)
