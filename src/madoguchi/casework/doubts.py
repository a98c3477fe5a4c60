"""Days of a decision that are hardly meant: asked once before the decision goes on, never refused (支給開始 may lie years back)."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from madoguchi.procedures.public import FIELD_TYPES, Fault, Question

from .errors import Doubtful

DAYS = ("日付", "年月")
ENDS = re.compile(r"終|まで|期限")  # the end of a permit, of a 認定 (up to four years), of a loan
AHEAD, AHEAD_END = 1, 5  # years from today
BACK = 1  # years before the application


def days_doubted(questions: Iterable[Question], answers: Mapping[str, Any], filed: dt.date, today: dt.date) -> list[Fault]:
    """The days and months that lie more than a year before the application or far ahead, and ends before their beginning."""
    out: list[Fault] = []
    before: Question | None = None
    for q in questions:
        value = answers.get(q.id)
        if q.type not in DAYS or not isinstance(value, str):
            continue
        is_end = bool(ENDS.search(q.label))
        why = _why(value, is_end, filed, today)
        if not why and is_end and before and before.type == q.type and value < answers[before.id]:
            why = f"「{before.label}」({_text(before, answers[before.id])})より前です"
        if why:
            out.append(Fault(q.id, f"「{q.label}」({_text(q, value)})が、{why}", "y"))
        before = q
    return out


def _why(value: str, is_end: bool, filed: dt.date, today: dt.date) -> str:
    first = dt.date.fromisoformat(value if len(value) > 7 else f"{value}-01")
    last = first if len(value) > 7 else first.replace(day=calendar.monthrange(first.year, first.month)[1])  # a month is all its days
    ahead = AHEAD_END if is_end else AHEAD
    if last < _years(filed, -BACK):
        return f"手続きの日({_text(DAY, str(filed))})より{BACK}年以上前です"
    return f"今日から{ahead}年以上先です" if first > _years(today, ahead) else ""


DAY = Question("day", "日", "日付")


def _years(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _text(q: Question, value: Any) -> str:
    return FIELD_TYPES[q.type].text(value, q)


def doubt_marks(faults: Iterable[Fault], answers: Mapping[str, Any]) -> list[str]:
    """What the page sends back when the clerk says that these days are right: a day that is changed then is asked about anew."""
    return [f"{f.question}={answers[f.question]}" for f in faults]


def doubts_check(
    questions: Iterable[Question], answers: Mapping[str, Any], *, filed: dt.date, today: dt.date, sure: Collection[str] | None
) -> None:
    """Raises Doubtful for what is not among ``sure`` (doubt_marks of the page); None: nobody is there to be asked."""
    faults = days_doubted(questions, answers, filed, today) if sure is not None else []
    marks = doubt_marks(faults, answers)
    if sure is not None and set(marks) - set(sure):
        raise Doubtful(faults, marks)
