"""Conditions in definitions: ``項目 = 値``, ``≠ < > ≤ ≥ を含む``, joined by ``かつ`` / ``または``, parentheses.

A small closed grammar, compiled once to a tree of dataclasses. An unanswered item makes every comparison false.
An item of a repeat group, seen from outside the group, holds when it holds for any of the group's entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
# full-width operators and brackets, written as code points: = < > ( )
_WIDE = str.maketrans("\uff1d\uff1c\uff1e\uff08\uff09", "=<>()")
_TOKEN = re.compile(r"\s*(かつ|または|を含む|[()]|≠|≤|≥|!=|<=|>=|[=<>]|[^\s()≠≤≥!=<>]+)")
_SAME = {"!=": "≠", "<=": "≤", ">=": "≥"}


class BadCondition(ValueError):
    """The text is not a condition; the message says why in Japanese."""


@dataclass(frozen=True, slots=True)
class Compare:
    """``name op value``; the literal stays text and takes the type of the answer it meets."""

    name: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Join:
    """Several conditions joined by かつ (all) or または (any)."""

    op: str
    parts: tuple[Condition, ...]


Condition = Compare | Join


def parse(text: str) -> Condition:
    """Compile a condition. Raises BadCondition."""
    tokens = [_SAME.get(match, match) for match in _TOKEN.findall(text.translate(_WIDE))]
    tree, rest = _either(tokens)
    if rest:
        raise BadCondition(f"「{rest[0]}」の前後を確認してください(例: spouse = はい かつ age > 18)")
    return tree


def _either(tokens: list[str]) -> tuple[Condition, list[str]]:
    return _joined(tokens, "または", _both)


def _both(tokens: list[str]) -> tuple[Condition, list[str]]:
    return _joined(tokens, "かつ", _one)


def _joined(
    tokens: list[str], word: str, inner: Callable[[list[str]], tuple[Condition, list[str]]]
) -> tuple[Condition, list[str]]:
    first, tokens = inner(tokens)
    parts = [first]
    while tokens and tokens[0] == word:
        part, tokens = inner(tokens[1:])
        parts.append(part)
    return (first if len(parts) == 1 else Join(word, tuple(parts))), tokens


def _one(tokens: list[str]) -> tuple[Condition, list[str]]:
    if tokens and tokens[0] == "(":
        tree, tokens = _either(tokens[1:])
        if not tokens or tokens[0] != ")":
            raise BadCondition("かっこが閉じていません")
        return tree, tokens[1:]
    if len(tokens) < 3:
        raise BadCondition("「項目 = 値」の形で書いてください")
    name, op, value = tokens[:3]
    if op == "を含む" or value == "を含む":
        # 「項目 値 を含む」 and 「項目 を含む 値」 are both natural to write
        value = value if op == "を含む" else op
        return Compare(name, "を含む", value), tokens[3:]
    if op not in ("=", "≠", "<", ">", "≤", "≥"):
        raise BadCondition(f"「{op}」は使えません。= ≠ < > ≤ ≥ を含む のどれかにしてください")
    return Compare(name, op, value), tokens[3:]


def compares(tree: Condition) -> Iterator[Compare]:
    """Every comparison in a condition."""
    if isinstance(tree, Compare):
        yield tree
    else:
        for part in tree.parts:
            yield from compares(part)


def _typed(value: str, like: Any) -> Any:
    if isinstance(like, bool):
        return {"はい": True, "いいえ": False}.get(value)
    if isinstance(like, int):
        return int(value) if re.fullmatch(r"-?\d+", value) else None
    return value


def _holds(op: str, value: str, answer: Any) -> bool:
    if answer is None or answer == "" or answer == []:
        return False
    if op == "を含む":
        return value in answer if isinstance(answer, list | str) else False
    other = _typed(value, answer)
    if op == "=":
        return bool(answer == other)
    if op == "≠":
        return bool(answer != other)
    if other is None or type(answer) is not type(other):
        return False
    return bool({"<": answer < other, ">": answer > other, "≤": answer <= other, "≥": answer >= other}[op])


def holds(tree: Condition | None, answers: Answers, item: Answers | None = None) -> bool:
    """Does the condition hold for these answers? ``item`` is the entry of the repeat group we stand in."""
    if tree is None:
        return True
    if isinstance(tree, Join):
        return (all if tree.op == "かつ" else any)(holds(part, answers, item) for part in tree.parts)
    if item is not None and tree.name in item:
        return _holds(tree.op, tree.value, item[tree.name])
    if tree.name in answers:
        return _holds(tree.op, tree.value, answers[tree.name])
    return any(
        _holds(tree.op, tree.value, entry.get(tree.name))
        for group in answers.values()
        if isinstance(group, list)
        for entry in group
        if isinstance(entry, Mapping)
    )
