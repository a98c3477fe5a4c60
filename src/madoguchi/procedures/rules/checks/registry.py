"""Named pure rules that definitions refer to. Each cites its law in the docstring and is found by name only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _same_day(day: dt.date) -> dt.date:
    return day


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may know: the answers, the day of filing (JST), how the city moves a closed day, and what the questions are called."""

    answers: Mapping[str, Any]
    today: dt.date
    next_open: Callable[[dt.date], dt.date] = field(default=_same_day)
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, question_id: str) -> str:
        """What a question (or an option, ``question=option``) is called on the page, for sentences that would not say which is meant."""
        return self.labels.get(question_id, question_id)

    def said(self, question_id: str) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
        """Where a question is answered: on a page of its own (None), or in the entries of a repeat group, with their positions."""
        entries = ((n, e) for group in self.answers.values() if isinstance(group, list) for n, e in enumerate(group) if isinstance(e, Mapping))
        yield from ((n, where) for n, where in ((None, self.answers), *entries) if where.get(question_id) is not None)

    def date(self, question_id: str, item: Mapping[str, Any] | None = None) -> dt.date | None:
        """A date answer, from the entry of a repeat group first."""
        value = (item or {}).get(question_id) or self.answers.get(question_id)
        return dt.date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None

    def entries(self, group: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The entries of a repeat group with their positions."""
        yield from enumerate(self.answers.get(group) or [])


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. ``error`` stops the filing; ``notice`` is said to the applicant and to the clerk; ``staff`` is a memo for whoever
    works on the case, and the applicant never reads it."""

    question: str
    ja: str
    severity: str = "error"  # error | notice | staff
    index: int | None = None  # position in the repeat group


Check = Callable[..., Iterable[Finding]]
Derive = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule: its function, what it is for, the arguments that are ids of questions, those that may be (one
    id or a list), and the others."""

    name: str
    kind: str  # check | derive
    run: Callable[..., Any]
    items: tuple[str, ...]
    optional: tuple[str, ...]
    others: tuple[str, ...]


RULES: dict[str, Rule] = {}


def check(
    *items: str, optional: tuple[str, ...] = (), others: tuple[str, ...] = ()
) -> Callable[[Check], Check]:
    """Register a check. ``items`` name the arguments that must be ids of questions (or groups) of the definition;
    ``optional`` those that may be left out, each one id or a list of ids."""
    return _register("check", items, optional, others)


def derive(
    *items: str, optional: tuple[str, ...] = (), others: tuple[str, ...] = ()
) -> Callable[[Derive], Derive]:
    """Register a derivation (導出): a value for conditions, computed from answers. What it returns is declared by its
    type (bool, int, Literal[…]): so conditions on it can be checked."""
    return _register("derive", items, optional, others)


def _register(
    kind: str, items: tuple[str, ...], optional: tuple[str, ...], others: tuple[str, ...]
) -> Callable[[Callable[..., Any]], Any]:
    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        if name in RULES:
            raise ValueError(f"rule {name} registered twice")
        RULES[name] = Rule(name, kind, function, items, optional, others)
        return function

    return keep


def run(name: str, facts: Facts, args: Iterable[tuple[str, str]]) -> Any:
    """Call a rule with the arguments written in the definition."""
    return RULES[name].run(facts, **dict(args))
