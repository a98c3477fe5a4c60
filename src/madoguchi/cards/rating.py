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


@transaction.atomic(durable=True)
def rates_import(*, actor: Actor, data: bytes, source: str, dry_run: bool = False) -> int:
    """Take statistics in, all or nothing; the months of the file replace what was there. Returns how many months; with ``dry_run``, would
    be. Raises SheetWrong."""
    selectors.insist(actor=actor)
    words = " ".join(source.split())
    if not 2 <= len(words) <= SOURCE_MOST:
        raise SheetWrong([f"出典を{SOURCE_MOST}字までで入力してください(例: 総務省 マイナンバーカード交付状況 2026年10月末)"])
    lines = rates.read_rates(data, today=clock.today())
    months = sorted({x.month for x in lines})
    if dry_run:
        return len(months)
    file = RateFile.objects.create(source=words, at=clock.now(), by=actor.actor)
    audit.record(actor.actor, "cards.rates", chain=CHAIN, facts={
        "source": words, "lines": len(lines), "months": {f"{m:%Y-%m}": lines_mark(x for x in lines if x.month == m) for m in months}})
    RateLine.objects.filter(month__in=months).delete()
    RateLine.objects.bulk_create([RateLine(file=file, month=x.month, district=x.district, age=x.age, population=x.count.population,
                                           cards=x.count.cards) for x in lines])
    RateFile.objects.filter(lines=None).delete()
    failpoints.hit("cards.rates.before_commit")
    return len(months)


def lines_mark(lines: Iterable[Line]) -> str:
    """By what the record knows the lines of a month."""
    return sha256(canonical(sorted([x.district, x.age, x.count.population, x.count.cards] for x in lines)))


def _lines() -> dict[dt.date, tuple[str, list[Line]]]:
    found: dict[dt.date, tuple[str, list[Line]]] = {}
    for row in RateLine.objects.select_related("file").order_by("-month", "id"):
        line = Line(row.month, row.district, row.age, Count(row.population, row.cards))
        found.setdefault(row.month, (row.file.source, []))[1].append(line)
    return found


def month_list(*, actor: Actor) -> list[Month]:
    """The months, newest first. Raises Forbidden."""
    selectors.insist(actor=actor)
    city, out = card_city(), []
    for month, (source, lines) in _lines().items():
        end = rates.month_end(month)
        out.append(Month(month, rates.total(lines), source, rates.target_of(city.targets, end), rates.known_at(city.national, end)))
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
