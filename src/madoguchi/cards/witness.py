"""What the record says of the cards, against the rows that are there (kernel.witness): cards, letters, expiries, rates, duties.

Rows that were taken in before the record said which (no ``cards``, ``expiries`` in the act) are looked at from their first other act on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag

from madoguchi.booking.public import occasions_there
from madoguchi.kernel import clock
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .expiries import LETTER, row_mark
from .holder import mark_of
from .models import Batch, Card, Duty, Expiry, RateLine
from .rates import Count, Line, way_of
from .rating import lines_mark
from .rules import State
from .selectors import NOTICE
from .services import CHAIN


@dataclass(slots=True)
class Said:
    """What a row must hold (column → value), and the act that said so last."""

    seq: int
    want: dict[str, Any] = field(default_factory=dict)

    def also(self, act: Act, **want: Any) -> None:
        """A later act."""
        self.seq, self.want = act.seq, self.want | want


@dataclass(slots=True)
class Known:
    """The record, read to its end."""

    cards: dict[str, Said] = field(default_factory=dict)
    ends: dict[str, Said] = field(default_factory=dict)
    batches: dict[int, tuple[int, str, set[str]]] = field(default_factory=dict)  # → act, kind, cards or expiries
    duties: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    months: dict[str, dict[str, tuple[int, str, str]]] = field(default_factory=dict)  # → way ("": all of it) → act, mark of the lines, source
    whole: bool = True  # does the record know every row?


def _day(act: Act) -> dt.date:
    found: dt.date = act.at.astimezone(clock.JST).date()
    return found


def _read(acts: list[Act]) -> Known:
    known = Known()
    for act in acts:
        room, _, _ = act.action.partition(".")
        (_card if room == "card" or act.action in ("cards.imported", "cards.letters", "cards.forgotten") else _other)(known, act)
        _end(known, act)
    return known


def _card(known: Known, act: Act) -> None:
    facts, cards = act.facts, known.cards
    if act.action == "cards.imported":
        known.whole &= "cards" in facts
        for key, mark in facts.get("cards", {}).items():
            cards.setdefault(key, Said(act.seq, {"state": State.ARRIVED, "notified_on": None, "ended_on": None})).also(act, mark=mark)
    elif act.action == "cards.letters":
        known.batches[facts["batch"]] = act.seq, facts["kind"], set(facts.get("cards", facts.get("expiries", [])))
        for key in facts.get("cards", []) if facts["kind"] == NOTICE else []:
            cards.setdefault(key, Said(act.seq)).also(act, state=State.NOTIFIED, notified_on=_day(act))
    elif act.action in ("card.handed", "card.returned"):
        cards.setdefault(facts["card"], Said(act.seq)).also(act, state=act.action.partition(".")[2], ended_on=_day(act))
    elif act.action == "cards.forgotten":
        for key in facts["cards"]:
            cards.pop(key, None)


def _end(known: Known, act: Act) -> None:
    facts, ends = act.facts, known.ends
    if act.action in ("cards.expiries", "card.consent"):
        known.whole &= "expiries" in facts
        for key, mark in facts.get("expiries", {}).items():
            ends[key] = Said(act.seq, {"mark": mark, "told_on": None})
    gone = facts.get("replaced", []) if act.action == "card.consent" else facts["expiries"] if act.action == "cards.expiries_forgotten" else []
    for key in [*gone, *([facts["expiry"]] if act.action == "cards.expiry_dropped" else [])]:
        ends.pop(key, None)
    if act.action == "cards.expiry_refused":
        ends.setdefault(facts["expiry"], Said(act.seq)).also(act, told_on=None, mark=facts["mark"])
    told = [facts["expiry"]] if act.action == "cards.expiry_told" else facts.get("expiries", []) if act.action == "cards.letters" else []
    for key in told:
        ends.setdefault(key, Said(act.seq)).also(act, told_on=_day(act))


def _other(known: Known, act: Act) -> None:
    facts = act.facts
    if act.action == "cards.staffed":
        known.duties[facts["occasion"]] = act.seq, set(facts["staff"])
    elif act.action == "cards.unstaffed":
        for key in facts["occasions"]:
            known.duties.pop(key, None)
    elif act.action == "cards.rates" and isinstance(facts["months"], dict):
        for month, told in facts["months"].items():
            known.months[month] = _month(known.months.get(month, {}), act, told, facts.get("taken", {}).get(month, []))


def _month(before: dict[str, tuple[int, str, str]], act: Act, told: Any, taken: list[str]) -> dict[str, tuple[int, str, str]]:
    """What is known of a month after an act. Acts that say one mark replaced the whole month. Others say every way of telling it as it stood;
    of one that the act did not take itself, what an earlier act said holds on, or a change behind the record's back would be blessed."""
    if isinstance(told, str):
        return {"": (act.seq, told, act.facts["source"])}
    return {way: before[way] if way in before and way not in taken else (act.seq, mark, source) for way, (mark, source) in told.items()}


def witness(chains: Chains) -> Iterator[Fault]:
    """Rows that are gone, that hold something else than the record says, or that the record does not know."""
    acts = chains.get(CHAIN, [])
    if not acts:
        return
    known, last = _read(acts), acts[-1].seq
    yield from _rows(known.cards, {str(c.id): c for c in Card.objects.all()}, mark_of, "カード", last, known.whole)
    yield from _rows(known.ends, {str(e.id): e for e in Expiry.objects.all()}, row_mark, "期限の知らせ", last, known.whole)
    yield from _letters(known)
    yield from _duties(known)
    yield from _rates(known, last)


NAMES = {"state": "状態", "notified_on": "通知書の日", "ended_on": "渡した(返した)日", "told_on": "知らせた日", "mark": "氏名・日付・保管場所など"}


def _rows(said: Mapping[str, Said], rows: Mapping[str, Any], mark: Callable[[Any], str], ja: str, last: int, whole: bool) -> Iterator[Fault]:
    for key, wanted in said.items():
        row = rows.get(key)
        if row is None:
            yield Fault(CHAIN, wanted.seq, f"{ja} {key}が消されています")
            continue
        for column, ought in wanted.want.items():
            stands = _opened(mark, row) if column == "mark" else getattr(row, column)
            if stands != ought:
                yield Fault(CHAIN, wanted.seq, f"{ja} {key}の{NAMES[column]}が記録と違います")
    for key in sorted(set(rows) - set(said)) if whole else []:
        yield Fault(CHAIN, last, f"{ja} {key}の記録がありません(誰かが書き足した疑い)")


def _opened(mark: Callable[[Any], str], row: Any) -> str:
    """Its mark; empty where what is sealed does not open, or belongs to another row."""
    try:
        return mark(row)
    except (InvalidTag, ValueError, TypeError):
        return ""


def _letters(known: Known) -> Iterator[Fault]:
    """Every letter of a card or an expiry that is still known lies in its batch, and no other."""
    there: dict[int, set[str]] = {}
    for batch in Batch.objects.prefetch_related("letters", "expiries"):
        rows = [e.id for e in batch.expiries.all()] if batch.kind == LETTER else [x.card_id for x in batch.letters.all()]
        there[batch.id] = set(map(str, rows))
    for key, (seq, kind, of) in known.batches.items():
        ought = of & set(known.ends if kind == LETTER else known.cards)
        if there.pop(key, set()) != ought:
            yield Fault(CHAIN, seq, f"手紙の束 {key}の宛先が記録と違います")
    for key in there:
        yield Fault(CHAIN, 1, f"手紙の束 {key}の記録がありません(誰かが書き足した疑い)")


def _duties(known: Known) -> Iterator[Fault]:
    there: dict[str, set[str]] = {}
    for duty in Duty.objects.select_related("staff"):
        there.setdefault(duty.occasion, set()).add(duty.staff.actor)
    alive = occasions_there(set(known.duties))
    for key, (seq, staff) in known.duties.items():
        if key in alive and there.get(key, set()) != staff:
            yield Fault(CHAIN, seq, f"窓口 {key}の担当する職員が記録と違います")


def _rates(known: Known, last: int) -> Iterator[Fault]:
    there: dict[str, dict[str, tuple[list[Line], set[str]]]] = {}
    for row in RateLine.objects.select_related("file"):
        line, month = Line(row.month, row.district, row.age, Count(row.population, row.cards)), f"{row.month:%Y-%m}"
        for way in (way_of(line),) if "" not in known.months.get(month, {}) else ("",):
            lines, sources = there.setdefault(month, {}).setdefault(way, ([], set()))
            lines.append(line)
            sources.add(row.file.source)
    for month, ways in known.months.items():
        stands = there.pop(month, {})
        for way, (seq, mark, source) in ways.items():
            lines, sources = stands.pop(way, ([], set()))
            if lines_mark(lines) != mark or sources != {source}:
                yield Fault(CHAIN, seq, f"交付率 {month}の数か出典が記録と違います")
        for _ in stands:
            yield Fault(CHAIN, last, f"交付率 {month}に、記録のない数があります(誰かが書き足した疑い)")
    for month in there if known.whole else ():
        yield Fault(CHAIN, last, f"交付率 {month}の記録がありません(誰かが書き足した疑い)")
