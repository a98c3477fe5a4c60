"""A draft moves to a new version of its form: which answers still stand, and which pages are asked again. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from madoguchi.procedures.public import Definition, Facts, Question, Step, derive
from madoguchi.procedures.rules.validate import asked

Place = tuple[Step, Question]
TICKED = ("宣言", "はい・いいえ", "選択", "複数選択")  # such an answer says nothing without the words that it answers


def _key(step: Step, q: Question) -> tuple[str, str]:
    return (step.repeat.id if step.repeat else "", q.id)


def _read(place: Place) -> tuple[object, ...]:
    """What somebody read before answering. The options of a 災害 question are the city's list, not words of the form."""
    step, q = place
    return (q.type, q.label, q.help, q.choices if q.type in TICKED else (), step.title, step.help)


def _stands(before: Place, now: Place) -> bool:
    """Does an answer stay one? What was typed does while its question is the same; what was ticked only under the very same words, and
    a declaration only under those of its page too (「上のどれにも当てはまりません」)."""
    (page, old), (step, q) = before, now
    same = (old.type, old.label) == (q.type, q.label)
    if q.type in TICKED:
        same = same and (old.help, old.choices) == (q.help, q.choices)
    return same and (q.type != "宣言" or page.help == step.help)


def _fits(before: Place, now: Place) -> bool:
    return before[1].type == now[1].type


def _carried(old: Definition, new: Definition, answers: Mapping[str, Any], stays: Callable[[Place, Place], bool]) -> dict[str, Any]:
    places = {_key(s, q): (s, q) for s in old.steps for q in s.questions}
    kept: dict[str, Any] = {}
    for step in new.steps:
        stay = {q.id for q in step.questions if (was := places.get(_key(step, q))) is not None and stays(was, (step, q))}
        if not step.repeat:
            kept |= {k: answers[k] for k in stay if k in answers}
        elif isinstance(entries := answers.get(step.repeat.id), list):
            kept[step.repeat.id] = [{k: v for k, v in entry.items() if k in stay} for entry in entries]
    return kept


def kept(old: Definition, new: Definition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the old form that are answers to the new one."""
    return _carried(old, new, answers, _stands)


def done(old: Definition, new: Definition, was_done: Iterable[str], facts: Facts, wrong: set[str]) -> list[str]:
    """The pages of the new form that need not be seen again: everything asked there was read in the same words on a page that was saved,
    and nothing is ``wrong``. Pages are told by what they ask: where one is put in, the numbers of those behind it move up. ``facts``
    holds the answers to the old form; what is asked goes by all of them, also by those that are asked again."""
    seen = {_key(s, q): (s, q) for s in old.steps if s.id in set(was_done) for q in s.questions}
    known = derive(new, Facts(_carried(old, new, facts.answers, _fits), facts.today, facts.next_open))
    return [s.id for s in new.steps if _page_done(s, seen, known, wrong)]


def _page_done(step: Step, seen: Mapping[tuple[str, str], Place], known: Mapping[str, Any], wrong: set[str]) -> bool:
    group = step.repeat.id if step.repeat else ""
    if wrong & {group, *(q.id for q in step.questions)} or not any(_key(step, q) in seen for q in step.questions):
        return False
    entries: list[Mapping[str, Any] | None] = (known.get(group) or []) if group else [None]
    now = [q for q in step.questions if any(asked(q, known, entry) for entry in entries)]
    return all((was := seen.get(_key(step, q))) is not None and _read(was) == _read((step, q)) for q in now)
