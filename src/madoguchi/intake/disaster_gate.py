"""災害 questions: a draft offers what is open, and nothing is filed for a disaster whose acceptance has ended."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.offices.public import DisasterTerms, city, disasters_all, disasters_open
from madoguchi.procedures.public import Definition, Fault, Published, Question


def _chosen(q: Question, answers: Mapping[str, Any]) -> list[tuple[int | None, str]]:
    """(entry, disaster) pairs that answer a 災害 question."""
    if not q.group:
        return [(None, answers[q.id])] if q.id in answers else []
    return [(i, entry[q.id]) for i, entry in enumerate(answers.get(q.group) or []) if q.id in entry]


def offer(published: Published, answers: Mapping[str, Any]) -> Published:
    """The version as a draft shows it: only the disasters open today, and the one chosen while it was."""
    if not published.asks_disaster:
        return published
    d = published.definition
    today = {x.key for x in disasters_open(clock.today())}

    def narrow(q: Question) -> Question:
        if q.type != "災害":
            return q
        keep = today | {key for _, key in _chosen(q, answers)}
        return dataclasses.replace(q, choices=tuple(c for c in q.choices if c.id in keep))

    steps = tuple(dataclasses.replace(s, questions=tuple(narrow(q) for q in s.questions)) for s in d.steps)
    return dataclasses.replace(published, definition=dataclasses.replace(d, steps=steps))


def closed(d: Definition, answers: Mapping[str, Any], day: dt.date) -> list[Fault]:
    """A fault for every disaster that is not open on the day of arrival, saying whom to call. The end is a date the
    city set (「○月○日まで」), so that no closed day moves it."""
    known = {x.key: x for x in disasters_all()}
    return [
        Fault(q.id, _words(d, known[key], day), index=index)
        for q in _asking(d.questions()) for index, key in _chosen(q, answers)
        if key in known and not known[key].open_on(day)
    ]


def _asking(questions: Iterable[Question]) -> list[Question]:
    return [q for q in questions if q.type == "災害"]


def _words(d: Definition, terms: DisasterTerms, day: dt.date) -> str:
    section = city().sections[d.section]
    call = say("{name}(電話 {phone})へお電話ください", name=section.name, phone=section.phone)
    if day < terms.accepts_from or terms.accepts_until is None:
        return say("「{name}」の受付は{day}に始まります。お急ぎの方は、{call}", name=terms.name, day=terms.accepts_from, call=call)
    return say("「{name}」の受付は{day}に終わりました。間に合わなかった事情のある方は、{call}", name=terms.name, day=terms.accepts_until, call=call)
