"""Every 検査 and 導出 of a definition is called once with answers of the right types: one that points at a question of another type would
break a resident's page, or never say a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import checks
from .checks import Facts
from .model import Call, Definition, Question
from .yaml_strict import Problem

DAY, DATED = dt.date(2026, 11, 30), ("日付", "生年月日")
_NAME, _KANA = {"sei": "見本", "mei": "花子"}, {"sei": "ミホン", "mei": "ハナコ"}
COMPARED = {"not_in_future": ("item",), "not_in_past": ("item",), "dates_in_order": ("start", "end")}  # read as texts, for groups' sake
SAMPLES: dict[str, Any] = {
    "文字": "見本", "長文": "見本", "続柄": "子", "整数": 1, "金額": 1000, "はい・いいえ": True, "宣言": True, "日付": "2026-11-10",
    "生年月日": "2020-05-05", "年月": "2026-11", "氏名": _NAME, "カナ": _KANA, "電話": "0767000000", "メール": "hanako@example.jp",
    "住所": {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "1", "building": ""}, "個人番号": f"sv_{'0' * 24}",
    "口座": {"bank": "0146", "bank_name": "北國", "branch": "312", "branch_name": "七尾", "kind": "普通", "number": "0000001",
           "holder": "ミホン ハナコ"},
    "被保険者番号": "0000000001", "災害": "disaster",
}
BROKEN = (AttributeError, TypeError, ValueError, KeyError, IndexError)


class _Watched(Facts):
    """Facts that remember which questions were asked for a day."""

    days: list[str]

    def date(self, question_id: str, item: Mapping[str, Any] | None = None) -> dt.date | None:
        """See Facts."""
        self.days.append(question_id)
        return super().date(question_id, item)


def _watched(answers: Mapping[str, Any]) -> _Watched:
    facts = _Watched(answers, DAY)
    object.__setattr__(facts, "days", [])
    return facts


def _sample(q: Question) -> Any:
    if q.type in ("選択", "複数選択"):
        first = q.choices[0].id if q.choices else ""
        return first if q.type == "選択" else [first]
    return SAMPLES[q.type]


def faults(d: Definition, calls: Iterable[Call]) -> Iterator[Problem]:
    """What these calls (whose names and arguments are known to be right) cannot do with the questions they point at."""
    if d.unread or any(q.type not in SAMPLES and q.type not in ("選択", "複数選択") for q in d.questions()):
        return  # types that nobody could read
    wanted, types = list(calls), {q.id: q.type for q in d.questions()}
    answers: dict[str, Any] = {}
    for step in d.steps:
        values = {q.id: _sample(q) for q in step.questions}
        answers |= {step.repeat.id: [values, values]} if step.repeat else values
    keys = {id(call): key for key, call in d.derived}
    for call in sorted(wanted, key=lambda c: id(c) not in keys):  # 導出 first: what they give is looked at by 検査
        facts = _watched(answers)
        try:
            found = checks.run(call.rule, facts, call.args)
            if id(call) in keys:
                answers[keys[id(call)]] = found
            else:
                list(found)
        except BROKEN:
            said = "、".join(f"{name}: {value}" for name, value in call.args)
            yield Problem(d.file, call.line, f"規則「{call.rule}」は、指した項目の型か値では動きません({said})。"
                          "規則の説明と項目の型を確かめてください")
            continue
        compared = [value for name, value in call.args if name in COMPARED.get(call.rule, ())]
        for name in dict.fromkeys([*facts.days, *compared]):
            if types.get(name, "日付") not in ((*DATED, "年月") if call.rule == "dates_in_order" else DATED):
                yield Problem(d.file, call.line, f"規則「{call.rule}」の「{name}」は日付の項目ではありません(型「{types[name]}」)。"
                              "日付の項目を書いてください")
