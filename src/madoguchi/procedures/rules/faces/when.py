"""Conditions in words, for paper and for people whose browser cannot hide a question: (「転入」の場合)."""

from __future__ import annotations

from ..conditions import Compare, Condition
from ..model import Definition

_ORDER = {"<": "より小さい", ">": "より大きい", "≤": "以下", "≥": "以上"}
_ORDER_DAY = {"<": "より前", ">": "より後", "≤": "まで", "≥": "から後"}


def when_words(d: Definition, tree: Condition | None) -> str:
    """The condition as a phrase that 「の場合」 may follow; empty when there is none. Derived values (導出) have no
    words in the definition: 「当てはまる方」 stands for them, and the clerk checks."""
    if tree is None:
        return ""
    if isinstance(tree, Compare):
        return _one(d, tree)
    words = list(dict.fromkeys(when_words(d, part) for part in tree.parts))
    return ("で、" if tree.op == "かつ" else "か、").join(words)


def _one(d: Definition, c: Compare) -> str:
    q = d.question(c.name)
    if q is None:
        return "当てはまる方"
    if q.type in ("はい・いいえ", "宣言"):
        same = (c.value == "はい") == (c.op == "=")
        return f"「{q.label}」が「{'はい' if same else 'いいえ'}」"
    if c.op in _ORDER:
        words = _ORDER_DAY if q.type in ("日付", "生年月日", "年月") else _ORDER
        return f"{q.label}が{c.value}{words[c.op]}"
    label = q.choice_label(c.value)
    return f"「{label}」以外" if c.op == "≠" else f"「{label}」"
