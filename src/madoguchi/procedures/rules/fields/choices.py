"""Choices: 選択 複数選択 はい・いいえ 宣言 災害."""

from __future__ import annotations

from typing import Any

from madoguchi.kernel.said import listed, say

from ..model import Question
from .base import Fault, FieldType, Get, register, spoken


@register
class Choose(FieldType):
    """選択: one of the options."""

    name = "選択"
    widget = "radio"
    ask = say("{label}を選んでください")

    def check(self, value: Any, q: Question) -> list[Fault]:
        if value not in [c.id for c in q.choices]:
            return self.fault(q, say("{label}を選択肢の中から選んでください", label=spoken(q)))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"enum": [c.id for c in q.choices]}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return str(value) if part == "番号" else q.choice_label(str(value))


@register
class Disaster(Choose):
    """災害: one of the city's disasters; the options are put in from the city's list when the form is drawn."""

    name = "災害"


@register
class ChooseMany(FieldType):
    """複数選択: any of the options, in the definition's order."""

    name = "複数選択"
    widget = "checkbox"
    ask = say("{label}を一つ以上選んでください")

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        chosen = [part for part in get("*").split("\x1f") if part]
        known = [c.id for c in q.choices if c.id in chosen]
        strange = [c for c in chosen if c not in known]
        return (known + strange) or None, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        options = [c.id for c in q.choices]
        if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
            return self.fault(q, self.missing(q))
        if any(v not in options for v in value):
            return self.fault(q, say("{label}を選択肢の中から選んでください", label=spoken(q)))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": [c.id for c in q.choices]}}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return {"*": "\x1f".join(value)}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return listed(str(v) if part == "番号" else q.choice_label(str(v)) for v in value)


@register
class YesNo(FieldType):
    """はい・いいえ."""

    name = "はい・いいえ"
    widget = "yesno"
    ask = say("{label}を選んでください")

    def missing(self, q: Question) -> str:
        return say("「{label}」に、はい・いいえのどちらかを選んでください", label=q.label)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = get("").strip()
        if text in ("yes", "no"):
            return text == "yes", []
        return (None, self.fault(q, self.missing(q))) if text else (None, [])

    def check(self, value: Any, q: Question) -> list[Fault]:
        return [] if isinstance(value, bool) else self.fault(q, self.missing(q))

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "boolean"}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return {"": "yes" if value else "no"}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return say("はい") if value else say("いいえ")


@register
class Declaration(YesNo):
    """宣言: a box to tick; only a ticked box is an answer."""

    name = "宣言"
    widget = "declaration"

    def missing(self, q: Question) -> str:
        return say("「{label}」を読んで、四角に印を付けてください", label=q.label)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        return (True, []) if get("").strip() == "yes" else (None, [])

    def check(self, value: Any, q: Question) -> list[Fault]:
        return [] if value is True else self.fault(q, self.missing(q))

    def schema(self, q: Question) -> dict[str, Any]:
        return {"const": True}
