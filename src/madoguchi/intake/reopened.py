"""What a correction opens again (部分補正): single answers of single entries, a whole group, documents. Everything else is closed:
what is sent for it is not read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.public import Definition, Fault
from madoguchi.procedures.rules.faces.webform import StepView, raw_of, step_view
from madoguchi.procedures.rules.model import Step
from madoguchi.procedures.rules.validate import Raw

from .drafts import facts
from .numbers import WAS, read_page, seal_numbers


@dataclass(frozen=True, slots=True)
class Opened:
    """A page with what is open on it: ``names`` of its questions, in a repeat group per entry (``entries``), or the group as a whole
    (``entries`` is None)."""

    step: Step
    names: frozenset[str]
    entries: Mapping[int, frozenset[str]] | None = None

    @property
    def whole(self) -> bool:
        """Is the group itself asked for, so that an entry more may come?"""
        return self.step.repeat is not None and self.entries is None

    def at(self, index: int | None) -> frozenset[str]:
        """The open questions of an entry."""
        return self.names if self.entries is None or index is None else self.entries.get(index, frozenset())

    def holds(self, fault: Fault) -> bool:
        """Does a fault lie in what is open here?"""
        if self.step.repeat and fault.question == self.step.repeat.id:
            return True
        return fault.question in self.at(fault.index)

    def count(self, stored: Mapping[str, Any], raw: Raw | None) -> int:
        """How many entries the group has: those that were filed, and what is added to a group that is open as a whole. Nobody is
        dropped by what a form says."""
        assert self.step.repeat
        filed = len(stored.get(self.step.repeat.id) or [])
        if not self.whole:
            return filed
        said = ((raw or {}).get(f"{self.step.repeat.id}.count") or ["0"])[-1]
        wanted = int(said) if said.isdecimal() and len(said) < 4 else 0
        return min(max(filed, self.step.repeat.low, wanted), max(filed, self.step.repeat.high))

    def view(self, d: Definition, known: Mapping[str, Any], stored: Mapping[str, Any], raw: Raw | None, faults: Iterable[Fault]) -> StepView:
        """The page as it is drawn: what is open, nothing else."""
        mine = [f for f in faults if self.holds(f)]
        if not self.step.repeat:
            return step_view(d, self.step, known, posted=raw, faults=mine, only=self.names)
        view = step_view(d, self.step, known, posted=raw, faults=mine, only=self.names, count=self.count(stored, raw))
        for entry in view.entries:
            entry.fields = [f for f in entry.fields if f.name.rpartition(".")[2] in self.at(entry.index)]
        view.entries = [entry for entry in view.entries if entry.fields]
        view.can_add = view.can_add and self.whole
        return view


def one_more(raw: Raw, group: str) -> dict[str, list[str]]:
    """What was typed, with an entry more in this group."""
    said = (raw.get(f"{group}.count") or ["0"])[-1]
    return {**raw, f"{group}.count": [str(int(said) + 1 if said.isdecimal() and len(said) < 4 else 1)]}


def path_of(d: Definition, fault: Fault) -> str:
    """Where a fault lies, as a correction names it: question, group, or group.index.question."""
    group = next((s.repeat.id for s in d.steps if s.repeat and any(q.id == fault.question for q in s.questions)), "")
    return f"{group}.{fault.index}.{fault.question}" if group and fault.index is not None else fault.question


def pages_of(d: Definition, wanted: frozenset[str]) -> tuple[list[Opened], list[str]]:
    """The pages and the document slots that these paths open."""
    pages = []
    for step in d.steps:
        ids = frozenset(q.id for q in step.questions)
        if step.repeat is None or step.repeat.id in wanted:
            names = ids & wanted if step.repeat is None else ids
            pages += [Opened(step, names)] if names else []
            continue
        entries: dict[int, frozenset[str]] = {}
        for path in wanted:
            group, _, rest = path.partition(".")
            index, _, name = rest.partition(".")
            if group == step.repeat.id and index.isdecimal() and len(index) < 4 and name in ids:
                entries[int(index)] = entries.get(int(index), frozenset()) | {name}
        if entries:
            pages.append(Opened(step, frozenset[str]().union(*entries.values()), entries))
    return pages, [a.id for a in d.attachments if a.id in wanted]


def applied(
    d: Definition, pages: list[Opened], raw: Raw, filed: Mapping[str, Any], day: dt.date
) -> tuple[dict[str, Any], list[Fault]]:
    """The answers with what was sent for the open ones, and what is wrong with that, as of the day of filing. Numbers are sealed."""
    answers: dict[str, Any] = json.loads(json.dumps(filed))
    faults: list[Fault] = []
    for page in pages:
        step, known = page.step, facts(answers, day)
        result = read_page(d, step, _merged(page, raw, answers), answers, known)
        faults += [f for f in result.faults if page.holds(f)]
        values = seal_numbers(step, result.values)
        if step.repeat is None:
            _put(answers, values, page.names)
        elif page.whole:
            answers[step.repeat.id] = values[step.repeat.id]
        else:
            for index, (entry, new) in enumerate(zip(answers.get(step.repeat.id, []), values[step.repeat.id], strict=False)):
                _put(entry, new, page.at(index))
    return answers, faults


def _put(entry: dict[str, Any], values: Mapping[str, Any], names: frozenset[str]) -> None:
    for name in names:
        entry.pop(name, None)
        if name in values:
            entry[name] = values[name]


def _merged(page: Opened, raw: Raw, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """The page's input with the closed questions filled from what was filed, so that conditions see them."""
    step, out = page.step, dict[str, list[str]]()
    entries: list[Mapping[str, Any]] = (answers.get(step.repeat.id) or []) if step.repeat else [answers]
    count = page.count(answers, raw) if step.repeat else 1
    if step.repeat:
        out[f"{step.repeat.id}.count"] = [str(count)]
    for index in range(count):
        prefix, entry = f"{step.repeat.id}.{index}." if step.repeat else "", entries[index] if index < len(entries) else {}
        opened = page.at(index) if step.repeat else page.names
        if step.repeat and index < len(entries):
            out[f"{prefix}{WAS}"] = [str(index)]
        for q in step.questions:
            if q.id in opened or q.id not in entry:
                continue
            for part, text in raw_of(q, entry[q.id]).items():
                name = f"{prefix}{q.id}" + (f".{part}" if part not in ("", "*") else "")
                out[name] = text.split("\x1f") if part == "*" else [text]
        out |= {name: values for name, values in raw.items() if any(name == f"{prefix}{c}" or name.startswith(f"{prefix}{c}.") for c in opened)}
    return out
