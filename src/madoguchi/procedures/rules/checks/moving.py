"""Rules of moving house (転出届, 転入・転居の来庁予定)."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .common import name_of, named_twice
from .registry import Facts, Finding, check


def _city_of(facts: Facts, item: str) -> str:
    return "".join(unicodedata.normalize("NFKC", str((facts.answers.get(item) or {}).get("city") or "")).split())


@check("here", "to")
def moves_out_of_the_city(facts: Facts, here: str, to: str) -> Iterator[Finding]:
    """住民基本台帳法24条: 転出 is moving out of the municipality; within it 転居 is notified (23条)."""
    old, new = _city_of(facts, here), _city_of(facts, to)
    if old and old == new:
        yield Finding(to, say("同じ市町村の中の引越しです。転出届ではなく、転居届を窓口に出してください"))


@check("here", "to")
def moves_within_or_into_the_city(facts: Facts, here: str, to: str) -> Iterator[Finding]:
    """住民基本台帳法22条・23条: tells the clerk which of both the visit is for: 転居 within the city, else 転入."""
    old, new = _city_of(facts, here), _city_of(facts, to)
    if old and new:
        text = say("転居届(市の中の引越し)の来庁です") if old == new else say("転入届(ほかの市町村からの引越し)の来庁です")
        yield Finding(to, text, severity="notice")


@check("filer", "name", "born", "group", "mover", "mover_born")
def mover_is_listed(facts: Facts, filer: str, name: str, born: str, group: str, mover: str, mover_born: str) -> Iterator[Finding]:
    """住民基本台帳法24条: who moves notifies. Whoever says that they move themselves must be among those who move."""
    entries = facts.answers.get(group) or []
    if facts.answers.get(filer) != "self" or not entries or not facts.answers.get(name):
        return
    self_ = (name_of(facts.answers.get(name)), facts.answers.get(born))
    if self_ not in {(name_of(entry.get(mover)), entry.get(mover_born)) for entry in entries}:
        yield Finding(mover, say("あなたも引っ越す人に書いてください"), index=0)


@check("group", "name", "born")
def nobody_moves_twice(facts: Facts, group: str, name: str, born: str) -> Iterator[Finding]:
    """住民基本台帳法24条: everybody who moves is named once."""
    yield from named_twice(facts, group, name, born)


@check("moved", "visit")
def visit_follows_the_move(facts: Facts, moved: str, visit: str) -> Iterator[Finding]:
    """住民基本台帳法22条・23条: notified by those who have moved (した者), within 14 days of it."""
    day, comes = facts.date(moved), facts.date(visit)
    if not day or not comes:
        return
    if comes < day:
        yield Finding(visit, say("届け出は引っ越したあとにします。引っ越す日より後の日付を入力してください"))
    elif comes > facts.next_open(day + dt.timedelta(days=14)):
        yield Finding(visit, say("引っ越した日から14日を過ぎています。できるだけ早くお越しください"), severity="notice")
