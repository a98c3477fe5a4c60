"""Pure decisions about registered organisations: which kinds there are, what each may file, what is wrong with an entry."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.said import say
from madoguchi.procedures.rules.conditions import compares
from madoguchi.procedures.rules.model import Definition, Question, Role

from .rules import agents

KIND = "事業所.種類"


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of organisation. ``care``: 指定事業者 of 介護保険, who have a 事業所番号 of ten digits."""

    ja: str
    care: bool


# The keys of the first five are those of the definitions' question 事業所の種類 (介護保険法施行規則35条3項).
KINDS: dict[str, Kind] = {
    "kyotaku": Kind(say("居宅介護支援事業所"), True), "houkatsu": Kind(say("地域包括支援センター"), True),
    "tokuyou": Kind(say("介護老人福祉施設"), True), "rouken": Kind(say("介護老人保健施設"), True), "iryouin": Kind(say("介護医療院"), True),
    "gyousei": Kind(say("行政書士事務所"), False), "hoiku": Kind(say("保育施設"), False), "other": Kind(say("そのほかの事業所"), False),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An organisation as somebody typed it, or as a line of a file says."""

    section: str
    kind: str
    name: str
    number: str
    office: str
    address: Mapping[str, str]
    phone: str
    chief: str
    procedures: tuple[str, ...]
    starts: dt.date | None
    ends: dt.date | None


def offices(d: Definition) -> tuple[Role, ...]:
    """The roles in which a registered organisation files for somebody without being their agent (提出代行)."""
    return tuple(r for r in d.roles if r.office is not None)


def companies(d: Definition) -> tuple[Role, ...]:
    """The roles that a company can have itself."""
    return tuple(r for r in d.roles if r.company is not None)


def _kind_question(d: Definition) -> Question | None:
    return next((q for q in d.questions() if q.prefill == KIND), None)


def files(d: Definition, kind: str) -> bool:
    """May an organisation of this kind file the procedure for somebody? By 提出代行 the kinds that the form names; where
    there is none, whoever has a 委任."""
    if not offices(d):
        return bool(agents(d))
    question = _kind_question(d)
    return question is None or kind in {c.id for c in question.choices}


def settled(roles: Iterable[Role], which: str) -> dict[str, str]:
    """The answers that make somebody a role: ``filer = agency`` is {filer: agency}."""
    found = (getattr(role, which) for role in roles)
    return {c.name: c.value for condition in found if condition is not None for c in compares(condition) if c.op == "="}


def faults(entry: Entry, *, number_fault: str, definitions: Mapping[str, Definition]) -> Iterator[tuple[str, str]]:
    """(field, words) of everything that is wrong. ``definitions`` are those of the procedures that the section has."""
    kind = KINDS.get(entry.kind)
    if kind is None:
        yield "kind", "事業所の種類を選んでください"
    if not 1 <= len(entry.name) <= 60:
        yield "name", "名称を60字までで入力してください"
    if number_fault == "form":
        yield "number", "法人番号を13桁の数字で入力してください"
    elif number_fault:
        yield "number", "法人番号の検査用の数字(1桁目)が合いません。国税庁の法人番号公表サイトで確かめてください"
    yield from _office_faults(entry, kind)
    if not (entry.address.get("city") and entry.address.get("lot")):
        yield "address", "所在地の市区町村と番地を入力してください"
    if not re.fullmatch(r"0\d{9,10}", re.sub(r"[-ー−()（） ]", "", entry.phone)):
        yield "phone", "電話番号を市外局番から入力してください(例: 03-0000-0000)"
    if not entry.procedures:
        yield "procedures", "出せる手続を一つ以上選んでください"
    for slug in entry.procedures:
        if slug not in definitions:
            yield "procedures", f"手続「{slug}」は、この課で代行できる手続にありません"
        elif kind is not None and not files(definitions[slug], entry.kind):
            yield "procedures", f"「{definitions[slug].name}」は、{kind.ja}が代行できる手続ではありません"
    if entry.starts is None:
        yield "starts", "開始日を入力してください(例: 2026-04-01)"
    elif entry.ends is not None and entry.ends < entry.starts:
        yield "ends", "終了日を開始日より後にしてください"


def _office_faults(entry: Entry, kind: Kind | None) -> Iterator[tuple[str, str]]:
    if entry.office and not re.fullmatch(r"\d{10}", entry.office, re.ASCII):
        yield "office", "事業所番号を10桁の数字で入力してください"
    elif not entry.office and kind is not None and kind.care:
        yield "office", "介護保険の事業所番号(10桁)を入力してください"


def alive(starts: dt.date, ends: dt.date | None, closed: bool, today: dt.date) -> bool:
    """Does the registration work today? Both days count whole."""
    return not closed and starts <= today and (ends is None or today <= ends)


def words(starts: dt.date, ends: dt.date | None, closed: bool, today: dt.date) -> str:
    """Where it stands."""
    if closed or (ends is not None and ends < today):
        return say("終わりました")
    return say("有効です") if starts <= today else say("これから始まります")


def prefill(kind: str, name: str, address: Mapping[str, Any], phone: str, chief: str) -> dict[str, Any]:
    """The organisation as form values, by the names definitions use (事業所.名称 …)."""
    return {KIND: kind, "事業所.名称": name, "事業所.所在地": dict(address), "事業所.電話番号": phone, "事業所.代表者": chief}
