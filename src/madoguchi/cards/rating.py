"""Statistics taken in, and what the page of the rates shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.canon import canonical, sha256

from . import rates, selectors
from .city import card_city
from .models import RateFile, RateLine
from .operators import Actor
from .rates import Count, Line, Mark
from .services import CHAIN
from .staff_errors import SheetWrong

SOURCE_MOST = 200


@dataclass(frozen=True, slots=True)
class Month:
    """A month against its target and the newest national figure."""

    month: dt.date
    count: Count
    source: str
    target: Mark | None
    national: Mark | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file did: how many months it tells; which ways of telling a month it took anew, and which it put out because they do not agree
    with the figure of the whole city (month, one of ``rates.WAYS``); the months whose ways do not agree now, in words."""

    months: int
    replaced: tuple[tuple[dt.date, str], ...] = ()
    dropped: tuple[tuple[dt.date, str], ...] = ()
    apart: tuple[str, ...] = ()


def rates_import(*, actor: Actor, data: bytes, source: str, dry_run: bool = False) -> int:
    """As ``rates_take``; returns how many months."""
    return rates_take(actor=actor, data=data, source=source, dry_run=dry_run).months


@transaction.atomic(durable=True)
def rates_take(*, actor: Actor, data: bytes, source: str, dry_run: bool = False) -> Taken:
    """Take statistics in, all or nothing. Ages and districts come from different sources: a file replaces a month only in the ways in
    which it tells it (as a whole, by district, by age, as a table of both, the nation). A figure of the whole city puts out what does not
    agree with it. Returns what was replaced and put out; with ``dry_run``, would be. Raises SheetWrong."""
    selectors.insist(actor=actor)
    words = " ".join(source.split())
    if not 2 <= len(words) <= SOURCE_MOST:
        raise SheetWrong([f"出典を{SOURCE_MOST}字までで入力してください(例: 総務省 マイナンバーカード交付状況 2026年10月末)"])
    lines = rates.read_rates(data, today=clock.today())
    months = sorted({x.month for x in lines})
    there = _told(months)
    plans = {m: _plan([x for x in lines if x.month == m], there.get(m, {})) for m in months}
    stays = {m: [x for way, (_, kept) in there.get(m, {}).items() if way not in new and way not in out for x in kept]
             for m, (new, out) in plans.items()}
    taken = Taken(
        len(months), tuple((m, way) for m, (new, _) in plans.items() for way in new if way in there.get(m, {})),
        tuple((m, way) for m, (_, out) in plans.items() for way in out),
        tuple(filter(None, (rates.apart(m, [*stays[m], *(x for x in lines if x.month == m)]) for m in months))))
    if not dry_run:
        _write(actor, words, lines, plans)
    return taken


def _plan(new: list[Line], there: dict[str, tuple[str, list[Line]]]) -> tuple[list[str], list[str]]:
    """(the ways in which a file tells a month, those that are there and do not agree with its figure of the whole city)."""
    ways = list(dict.fromkeys(map(rates.way_of, new)))
    whole = rates.sums_of(new).get("whole")
    other = {way: rates.sums_of(kept).get(way) for way, (_, kept) in there.items() if way not in ways}
    return ways, [way for way, count in other.items() if whole is not None and count is not None and count != whole]


def _write(actor: Actor, source: str, lines: list[Line], plans: dict[dt.date, tuple[list[str], list[str]]]) -> None:
    file = RateFile.objects.create(source=source, at=clock.now(), by=actor.actor)
    gone = [row.id for row in RateLine.objects.filter(month__in=list(plans)) if rates.way_of(_line(row)) in {w for ways in plans[row.month]
                                                                                                          for w in ways}]
    RateLine.objects.filter(id__in=gone).delete()
    RateLine.objects.bulk_create([RateLine(file=file, month=x.month, district=x.district, age=x.age, population=x.count.population,
                                           cards=x.count.cards) for x in lines])
    RateFile.objects.filter(lines=None).delete()
    stands = _told(list(plans))
    audit.record(actor.actor, "cards.rates", chain=CHAIN, facts={
        "source": source, "lines": len(lines),
        "months": {f"{m:%Y-%m}": {way: [lines_mark(kept), told] for way, (told, kept) in stands[m].items()} for m in plans},
        "taken": {f"{m:%Y-%m}": ways for m, (ways, _) in plans.items()}})
    failpoints.hit("cards.rates.before_commit")


def _line(row: RateLine) -> Line:
    return Line(row.month, row.district, row.age, Count(row.population, row.cards))


def _told(months: Iterable[dt.date]) -> dict[dt.date, dict[str, tuple[str, list[Line]]]]:
    """Month → way of telling it → (source, lines), as they stand."""
    found: dict[dt.date, dict[str, tuple[str, list[Line]]]] = {}
    for row in RateLine.objects.filter(month__in=list(months)).select_related("file").order_by("id"):
        line = _line(row)
        found.setdefault(row.month, {}).setdefault(rates.way_of(line), (row.file.source, []))[1].append(line)
    return found


def lines_mark(lines: Iterable[Line]) -> str:
    """By what the record knows the lines of a month."""
    return sha256(canonical(sorted([x.district, x.age, x.count.population, x.count.cards] for x in lines)))


def _lines() -> dict[dt.date, tuple[str, list[Line]]]:
    """Month of the city → (its sources, its lines), the newest first."""
    found: dict[dt.date, tuple[dict[str, None], list[Line]]] = {}
    for row in RateLine.objects.exclude(district=rates.NATION).select_related("file").order_by("-month", "id"):
        sources, lines = found.setdefault(row.month, ({}, []))
        sources[row.file.source] = None
        lines.append(_line(row))
    return {month: ("、".join(sources), lines) for month, (sources, lines) in found.items()}


def national() -> list[Mark]:
    """The national figures that are known: of cards.yaml, and of the files."""
    rows = RateLine.objects.filter(district=rates.NATION).select_related("file").order_by("month")
    return [*card_city().national, *rates.nation((_line(row), row.file.source) for row in rows)]


def month_list(*, actor: Actor) -> list[Month]:
    """The months, newest first. Raises Forbidden."""
    selectors.insist(actor=actor)
    city, out, known = card_city(), [], national()
    for month, (source, lines) in _lines().items():
        end = rates.month_end(month)
        out.append(Month(month, rates.total(lines), source, rates.target_of(city.targets, end), rates.known_at(known, end)))
    return out


def lines_of(*, actor: Staff, month: dt.date) -> list[Line]:
    """What is known of a month; nothing of one that is not there. Raises Forbidden."""
    selectors.insist(actor=actor)
    return _lines().get(month, ("", []))[1]


def table(*, actor: Actor) -> list[list[str]]:
    """All of it as rows of a CSV. Raises Forbidden."""
    out = [["年月", "区分", "名前", "人口", "交付", "交付率(%)", "目標(%)", "全国(%)", "全国の時点", "出典"]]
    known = {m.month: m for m in month_list(actor=actor)}
    for month, (source, lines) in _lines().items():
        of = known[month]
        parts = [("全体", {"": of.count}), ("地区", rates.by_district(lines)), ("年齢", rates.by_age(lines))]
        for kind, counts in parts:
            for name, count in counts.items():
                out.append([f"{month:%Y-%m}", kind, name, str(count.population), str(count.cards), _plain(count.rate), *_marks(of), source])
    return out


def _plain(rate: int | None) -> str:
    return rates.percent(rate).rstrip("%") if rate is not None else ""


def _marks(of: Month) -> list[str]:
    national = of.national
    return [_plain(of.target.rate) if of.target else "", _plain(national.rate) if national else "", str(national.day) if national else ""]
