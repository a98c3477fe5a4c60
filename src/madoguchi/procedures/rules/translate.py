"""A definition in another language: every text for people replaced from a table, text by text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from madoguchi.kernel.said import Words, key_of

from .model import Attachment, Choice, Definition, Law, Question, Step

Turn = Callable[[str], str]


def _question(q: Question, turn: Turn) -> Question:
    choices = tuple(Choice(c.id, turn(c.label), turn(c.note)) for c in q.choices)
    return dataclasses.replace(q, label=turn(q.label), help=turn(q.help), example=turn(q.example), choices=choices)


def _step(step: Step, turn: Turn) -> Step:
    repeat = dataclasses.replace(step.repeat, name=turn(step.repeat.name)) if step.repeat else None
    return dataclasses.replace(step, title=turn(step.title), help=turn(step.help), repeat=repeat,
                               questions=tuple(_question(q, turn) for q in step.questions))


def _attachment(a: Attachment, turn: Turn) -> Attachment:
    return dataclasses.replace(a, name=turn(a.name), help=turn(a.help))


def turned(d: Definition, turn: Turn) -> Definition:
    """The definition with ``turn`` applied to every text that residents read, once each, in the order of the pages."""
    return dataclasses.replace(
        d, name=turn(d.name), summary=turn(d.summary), audience=turn(d.audience), visit=turn(d.visit), remaining=turn(d.remaining),
        remaining_after=turn(d.remaining_after),
        bring=tuple(turn(b) for b in d.bring), deadline=dataclasses.replace(d.deadline, text=turn(d.deadline.text)),
        steps=tuple(_step(s, turn) for s in d.steps), attachments=tuple(_attachment(a, turn) for a in d.attachments),
        guidance=tuple((turn(q), turn(a)) for q, a in d.guidance),
        charge=d.charge and dataclasses.replace(
            d.charge, items=tuple(dataclasses.replace(x, name=turn(x.name)) if x.name else x for x in d.charge.items),
            exempt=tuple(dataclasses.replace(x, name=turn(x.name)) for x in d.charge.exempt)),
        paper=d.paper and dataclasses.replace(d.paper, law=turn(d.paper.law), article=turn(d.paper.article), text=turn(d.paper.text)),
        laws=tuple(Law(turn(x.law), turn(x.article), x.doubt, x.line) for x in d.laws),
    )


def texts(d: Definition) -> list[str]:
    """Every text that residents read, each once."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        if text:
            found[text] = None
        return text

    turned(d, note)
    for name in (*(o.name for o in d.review.outcomes), *(doc.name for doc in d.documents)):  # a case keeps them: intake/retold.py
        note(name)
    return list(found)


def other_words(d: Definition) -> list[str]:
    """What residents may read besides: other names and keywords (search)."""
    words = (*d.aliases, d.plan_name, *d.keywords)
    return [word for word in dict.fromkeys(words) if word]


def translated(d: Definition, table: Mapping[str, str], more: Callable[[str], str | None] = lambda _: None) -> Definition:
    """The definition in the language of ``table`` (key of the source → translation). A text that has none stays as it
    is, marked as Japanese. ``more`` knows words from elsewhere (the city's). Other names are left out, but for those
    that the table has (readings: docs/adr/0027)."""

    def turn(text: str) -> str:
        if not text:
            return text
        found = table.get(key_of(text)) or more(text)
        return Words(text, "ja") if found is None else Words(found)

    names = tuple(Words(table[key]) for key in map(key_of, d.aliases) if key in table)
    return dataclasses.replace(turned(d, turn), aliases=names)


def missing(d: Definition, table: Mapping[str, str]) -> list[str]:
    """The texts that have no translation yet."""
    return [text for text in texts(d) if key_of(text) not in table]


def wanted(d: Definition, tables: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What a published version keeps: per language, only the translations that this definition uses."""
    keys = [key_of(text) for text in dict.fromkeys((*texts(d), *other_words(d)))]
    return {lang: kept for lang, table in tables.items() if (kept := {k: table[k] for k in keys if k in table})}


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One translation of a side file: the source text beside it, for the translator."""

    key: str
    source: str
    text: str


def entries(table: Mapping[str, Any]) -> Iterator[Entry]:
    """The entries of a side file (原文, 訳 under the key of the source)."""
    for key, entry in table.items():
        yield Entry(str(key), str(entry["原文"]), str(entry["訳"]))
