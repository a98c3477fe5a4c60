"""References in definitions (``{name}``, 連携の列) to words: the one place where answers become text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..columns import PAIR, ROW_WORDS
from ..fields import TYPES
from ..fields.dates import wareki
from ..model import Definition, Question

Answers = Mapping[str, Any]
SLOT = re.compile(r"\{([^{}]*)\}")
JST = dt.timezone(dt.timedelta(hours=9), "JST")
JOINER = "、"
BOXES = "□"  # the part of a choice that stands for all its options, the chosen ones filled


class StillSealed(ValueError):
    """A 個人番号 is still the token of its sealed value: the caller must open it before it is handed over."""


def row_of(
    d: Definition, *, receipt: str = "", received: dt.datetime | None = None, outcome: str = "",
    decided: dt.date | None = None, number: str = "", reason: str = "", addressee: str = "", section: str = "",
    filer: str = "", company: str = "", turn: int = 1, before: tuple[str, dt.date] | None = None,
) -> dict[str, str]:
    """The words of one case (columns.ROW_WORDS). Days are kept as ISO text: CSV wants them so, letters turn them into 和暦.
    ``received`` must know its zone and is taken to JST; ``outcome`` is the id of an outcome; ``turn`` says which decision of
    the case this is (from 1), ``company`` the 法人番号 of a company that filed in its own name, ``before`` number and day of the one that
    it replaces."""
    at = received.astimezone(JST) if received else None
    found = d.outcome(outcome)
    name = found.name if found else outcome
    row = {
        "受付番号": receipt, "受付日": at.date().isoformat() if at else "",
        "受付日時": at.isoformat(timespec="seconds") if at else "", "処分": name, "審査結果": name,
        "処分日": decided.isoformat() if decided else "", "文書番号": number, "理由": reason, "宛名": addressee,
        "手続名": d.name, "担当": section, "版": d.edition, "届出人": filer,
        "決定の回": str(turn), "前の文書番号": before[0] if before else "", "前の処分日": before[1].isoformat() if before else "",
        "法人番号": company,
    }
    assert set(row) == set(ROW_WORDS), "row_of and columns.ROW_WORDS must name the same words"
    return row


def moment_words(moment: dt.datetime) -> str:
    """令和8年11月20日 14時03分05秒, in JST."""
    at = moment.astimezone(JST)
    return f"{wareki(at.date())} {at.hour}時{at.minute:02d}分{at.second:02d}秒"


def value_of(
    d: Definition, answers: Answers, decision: Answers, row: Mapping[str, str], name: str, *, machine: bool,
    item: Answers | None = None,
) -> str:
    """One reference as text, resolved as lint allows it: row words, answers, ``決定.x``, ``group.question``, parts.

    ``machine``: the form for CSV (ISO dates, full digits); otherwise for people (和暦, masked 個人番号). ``item`` is
    the entry of the repeat group this row stands for. What was not asked or not answered is an empty text.
    """
    if "|" in name:  # first that has an answer: 世帯主, or the applicant who is the head
        options = (value_of(d, answers, decision, row, part.strip(), machine=machine, item=item) for part in name.split("|"))
        return next((text for text in options if text), "")
    if name in ROW_WORDS:
        return _row_word(row.get(name, ""), machine)
    if name.endswith(")"):  # children.child_name(relation): the second in brackets after the first, entry by entry
        return _paired(d, answers, name)
    base, _, part = name.partition(".")
    if base == "決定":
        base, _, part = part.partition(".")
        question = next((q for q in d.review.questions if q.id == base), None)
        values = [decision.get(base)]
    else:
        step = next((s for s in d.steps if s.repeat and s.repeat.id == base), None)
        if step is not None and part:
            base, _, part = part.partition(".")
            question = next((q for q in step.questions if q.id == base), None)
            values = [entry.get(base) for entry in _entries(answers, step.repeat.id if step.repeat else "")]
        else:
            question = d.question(base)
            values = list(_values(question, answers, item)) if question else []
    if question is None:
        raise KeyError(f"{d.id}: 「{name}」という項目はありません")
    return JOINER.join(text for text in (_text(question, value, part, machine) for value in values) if text)


def _paired(d: Definition, answers: Answers, name: str) -> str:
    group, first, second = PAIR.fullmatch(name).groups()  # type: ignore[union-attr]  # lint has seen it
    step = next(s for s in d.steps if s.repeat and s.repeat.id == group)
    asked = {q.id: q for q in step.questions}
    out = []
    for entry in _entries(answers, group):
        one, two = (_text(asked[key], entry.get(key), "", False) for key in (first, second))
        if one:
            out.append(f"{one}({two})" if two else one)
    return JOINER.join(out)


def _values(q: Question, answers: Answers, item: Answers | None) -> Iterator[Any]:
    if not q.group:
        yield answers.get(q.id)
    elif item is not None and q.id in item:
        yield item[q.id]
    elif item is None:
        yield from (entry.get(q.id) for entry in _entries(answers, q.group))


def _entries(answers: Answers, group: str) -> list[Answers]:
    entries = answers.get(group)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def boxes(q: Question, value: Any) -> str:
    """All options of a choice as boxes, for a form that shows them all: □\u00a0全壊　■\u00a0半壊. A box never leaves its
    words (no-break space)."""
    chosen = value if isinstance(value, list) else [value]
    return "\u3000".join(f"{'■' if c.id in chosen else '□'}\u00a0{c.label}" for c in q.choices)


def _text(q: Question, value: Any, part: str, machine: bool) -> str:
    if part == BOXES:
        return boxes(q, value)
    if value is None or value == "" or value == []:
        return ""
    if machine and TYPES[q.type].secret and str(value).startswith("sv_"):
        raise StillSealed(f"{q.id}: 封をした値は、連携に渡す前に開けてください")
    return TYPES[q.type].text(value, q, "" if part in ("全体", "表示") else part, machine=machine)


def _row_word(text: str, machine: bool) -> str:
    if machine:
        return text
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return wareki(dt.date.fromisoformat(text))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}", text, re.ASCII):
        return moment_words(dt.datetime.fromisoformat(text))
    return text


def fill(text: str, d: Definition, answers: Answers, decision: Answers, row: Mapping[str, str]) -> str:
    """A sentence of the definition with every ``{…}`` replaced, for people to read. Outer spaces and lines go."""
    return SLOT.sub(lambda m: value_of(d, answers, decision, row, m[1], machine=False), text).strip(" \u3000\n")
