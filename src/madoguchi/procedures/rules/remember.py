"""前回: which questions are the same question as in other definitions, what was answered there, and which of it may be put into the page of
another form (docs/adr/0048). Plain Python.

A key says whose and what: 「本人.口座」. The part before the dot is the subject. 本人 is the one who fills in; every other subject is a person
or thing that may be another one next time (a second dog, another child), so that what is known of it already has to agree.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .conditions import compares, holds
from .faces.webform import asked_of_self
from .fields import TYPES
from .model import LEVELS, Definition, Question, Role, Step
from .validate import born_later
from .yaml_strict import Problem

SELF = "本人"
# what stays true from one form to the next. Never: numbers under seal, consents, free reasons, days of events, sums, counts
KEPT = ("文字", "選択", "氏名", "カナ", "生年月日", "住所", "電話", "メール", "口座", "被保険者番号", "続柄")
_KEY = re.compile(r"[^\s.．。]{1,20}\.[^\s.．。]{1,20}")

Answer = tuple[Question, Any]


def subject_of(q: Question) -> str:
    """Whose or of what a question is asked."""
    return q.remember.partition(".")[0]


def keyed(step: Step) -> list[Question]:
    """The questions of a page that may be answered as before."""
    return [q for q in step.questions if q.remember and q.type in KEPT]


# --- what a definition may say


def faults(d: Definition) -> Iterator[Problem]:
    """What is wrong with the 前回 of a definition."""
    seen: dict[str, int] = {}
    places: dict[str, str] = {}
    unsure = any(r.card is not None for r in d.roles)
    for q in (q for q in d.questions() if q.remember and q.id not in d.unread):
        if not _KEY.fullmatch(q.remember):
            yield Problem(d.file, q.line, f"項目「{q.id}」の前回「{q.remember}」は「本人.電話」のように、だれの・何を、点でつないで書いてください")
            continue
        if q.type not in KEPT:
            yield Problem(d.file, q.line, f"項目「{q.id}」の型「{q.type}」に前回は使えません。使えるのは: {'・'.join(KEPT)}")
        if q.remember in seen:
            yield Problem(d.file, q.line, f"前回「{q.remember}」が{seen[q.remember]}行目と重なっています。同じ答えは一度だけ聞いてください")
        seen[q.remember] = q.line
        whose = subject_of(q)
        if places.setdefault(whose, q.group) != q.group or (whose == SELF and q.group):
            yield Problem(d.file, q.line, f"前回の「{whose}」は、繰返の中と外(またはほかの繰返)に分けて書けません")
        if whose == SELF and unsure and not q.role:
            yield Problem(d.file, q.line, f"項目「{q.id}」に「役割」も書いてください。前回の「{SELF}」が、カードの人かどうかが決まりません")
    for q in (q for q in d.review.questions if q.remember):
        yield Problem(d.file, q.line, f"決定項目「{q.id}」に前回は使えません")


def clashes(definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    """Keys that have one type in one procedure and another in the next: they are not the same question."""
    first: dict[str, tuple[str, Question]] = {}
    for slug, d in definitions.items():
        for q in (q for q in d.questions() if q.remember):
            other, was = first.setdefault(q.remember, (slug, q))
            if (was.type, bool(was.group)) != (q.type, bool(q.group)):
                yield Problem(d.file, q.line, f"前回「{q.remember}」は、手続「{other}」では型か、繰返の中と外が違います。別の名にしてください")


# --- what was answered


def level_allows(form: str, earlier: str) -> bool:
    """May the answers of an application of one 本人確認 be shown on a form of another? Never on one that asks for less."""
    return LEVELS.index(form) <= LEVELS.index(earlier)


def for_oneself(d: Definition, known: Mapping[str, Any]) -> bool:
    """Is it, by these answers, nobody who acts for somebody else (委任状, 法定代理, 代行) and no company?"""
    return not any(_stands_for_another(r, known) for r in d.roles)


def _stands_for_another(r: Role, known: Mapping[str, Any]) -> bool:
    agent = bool(r.mandate or r.legal) and r.card is not None and holds(r.card, known)
    return agent or any(c is not None and holds(c, known) for c in (r.office, r.company))


@dataclass(frozen=True, slots=True)
class Kept:
    """The answers of one form by key, and by subject those of a repeat group, entry by entry."""

    single: dict[str, Answer] = field(default_factory=dict)
    groups: dict[str, list[dict[str, Answer]]] = field(default_factory=dict)


def kept(d: Definition, answers: Mapping[str, Any], known: Mapping[str, Any]) -> Kept:
    """What these answers to a form say of the keys. ``known``: with the derived values."""
    out = Kept()
    for step in d.steps:
        asked = [q for q in keyed(step) if own(d, q, known)]
        if step.repeat is None:
            out.single.update({q.remember: (q, answers[q.id]) for q in asked if answers.get(q.id)})
            continue
        for entry in answers.get(step.repeat.id) or []:
            said = {q.remember: (q, entry[q.id]) for q in asked if entry.get(q.id)}
            if said:
                out.groups.setdefault(subject_of(asked[0]), []).append(said)
    return out


def own(d: Definition, q: Question, known: Mapping[str, Any], open_on: Step | None = None) -> bool:
    """Is the question about the one who fills in, or about somebody whom no card can be of? ``open_on``: a page on which who it is may
    still be decided; as long as it is not, yes."""
    role = d.role(q.role)
    if role is None or role.card_text in ("", "いいえ") or asked_of_self(d, q, known):
        return True
    if open_on is None or role.card is None:
        return False
    asked = {x.id for x in open_on.questions}
    return any(c.name in asked and c.name not in known for c in compares(role.card))


# --- what of it fits here


@dataclass(frozen=True, slots=True)
class Taken:
    """For a page: by question (or, of a repeat group, entry by entry) the value, and which of the earlier forms it is from."""

    values: dict[str, tuple[Any, int]] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    of: int = 0


class Passed:
    """Earlier forms, each read when somebody comes to it, and only once."""

    def __init__(self, forms: Iterator[Kept]) -> None:
        self._forms, self._read = forms, list[Kept]()

    def __iter__(self) -> Iterator[Kept]:
        for at in itertools.count():
            if at == len(self._read):
                self._read.extend(itertools.islice(self._forms, 1))
            if at == len(self._read):
                return
            yield self._read[at]


def taken(step: Step, asked: Sequence[Question], here: Kept, earlier: Iterable[Kept], today: dt.date) -> Taken:
    """What of the ``earlier`` forms, newest first, answers the questions ``asked`` of a page. ``here``: what this form says already."""
    if step.repeat is not None:
        return _entries(step, asked, earlier, today)
    subjects: dict[str, list[Question]] = {}
    for q in asked:  # what belongs to one person or thing comes from one form; of oneself each answer is the newest
        subjects.setdefault(q.remember if subject_of(q) == SELF else subject_of(q), []).append(q)
    out = Taken()
    for questions in subjects.values():
        for n, before in enumerate(earlier):
            if not _agrees(subject_of(questions[0]), here, before):
                continue
            if found := _fitting(questions, before.single, today):
                out.values.update({key: (value, n) for key, value in found.items()})
                break
    return out


def _entries(step: Step, asked: Sequence[Question], earlier: Iterable[Kept], today: dt.date) -> Taken:
    assert step.repeat is not None
    for n, before in enumerate(earlier):
        rows = before.groups.get(subject_of(asked[0]), []) if asked else []
        fitting: list[dict[str, Any]] = [found for row in rows if (found := _fitting(asked, row, today))]
        if fitting:
            return Taken(entries=fitting[:step.repeat.high], of=n)
    return Taken()


def _fitting(questions: Sequence[Question], said: Mapping[str, Answer], today: dt.date) -> dict[str, Any]:
    return {q.id: said[q.remember][1] for q in questions if q.remember in said and fits(q, *said[q.remember], today)}


def fits(q: Question, was: Question, value: Any, today: dt.date) -> bool:
    """Is an answer to one question an answer to another, which asks the same in today's words and bounds?"""
    if q.type != was.type or (q.choices and _words(q) != _words(was)):
        return False
    return not TYPES[q.type].check(value, q) and not born_later([q], {q.id: value}, today)


def _words(q: Question) -> tuple[tuple[str, str, str], ...]:
    return tuple((c.id, c.label, c.note) for c in q.choices)


def _agrees(subject: str, here: Kept, before: Kept) -> bool:
    """Is it the same person or thing, as far as both forms say?"""
    if subject == SELF:
        return True
    told = [(key, value) for key, (_, value) in here.single.items() if key.partition(".")[0] == subject]
    return all(key not in before.single or same(value, before.single[key][1]) for key, value in told)


def same(one: Any, other: Any) -> bool:
    """Are two answers the same, apart from the explanation of a character?"""
    plain: Callable[[Any], Any] = lambda v: {k: x for k, x in v.items() if x and k != "note"} if isinstance(v, dict) else v  # noqa: E731
    return bool(plain(one) == plain(other))
