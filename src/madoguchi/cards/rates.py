"""交付率: counts of people and cards by month, district and age, and the marks they are measured by. Pure.

A month may be told as a whole (地区 and 年齢 「全体」), by district, by age group, or as a table of both; what one file tells twice must agree.
A line 「全国」 is the national figure of that month."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .rules import narrow
from .sheet import rows_of, whole

COLUMNS = ("年月", "地区", "年齢", "人口", "交付")
ALL = "全体"
NATION = "全国"
WAYS = {"whole": "全体", "district": "地区ごと", "age": "年齢ごと", "both": "地区と年齢の表", "nation": "全国"}


@dataclass(frozen=True, slots=True)
class Count:
    """People, and cards among them."""

    population: int
    cards: int

    @property
    def rate(self) -> int | None:
        """Hundredths of a percent (4007 is 40.07%), rounded half up; None where nobody lives."""
        return (self.cards * 20000 + self.population) // (2 * self.population) if self.population else None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file. ``district`` and ``age`` empty: all of them."""

    month: dt.date
    district: str
    age: str
    count: Count


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure to measure by: on a day, in hundredths of a percent, with its source."""

    day: dt.date
    rate: int
    source: str


def percent(rate: int | None) -> str:
    """40.07%"""
    return "－" if rate is None else f"{rate // 100}.{rate % 100:02d}%"


def points(difference: int) -> str:
    """−0.88 or +1.20, in points of a percent."""
    return f"{'−' if difference < 0 else '+'}{abs(difference) // 100}.{abs(difference) % 100:02d}"


def rate_typed(text: str) -> int | None:
    """40.07 or 100 as hundredths; None for what is no rate from 0 to 100."""
    match = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?", narrow(text))
    found = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0") or 0) if match else -1
    return found if 0 <= found <= 10_000 else None


def month_end(month: dt.date) -> dt.date:
    """Its last day: statistics say how it stood then."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def summed(counts: Iterable[Count]) -> Count:
    """All of them together."""
    found = list(counts)
    return Count(sum(c.population for c in found), sum(c.cards for c in found))


def way_of(line: Line) -> str:
    """In which of the WAYS a line tells its month."""
    if line.district == NATION:
        return "nation"
    return "both" if line.district and line.age else "district" if line.district else "age" if line.age else "whole"


def parts(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The four ways in which a month of the city may be told."""
    found: dict[str, list[Line]] = {way: [] for way in WAYS}
    for line in lines:
        found[way_of(line)].append(line)
    del found["nation"]
    return found


def sums_of(lines: Iterable[Line]) -> dict[str, Count]:
    """Way → the whole city, as it is told in that way."""
    return {way: summed(x.count for x in part) for way, part in parts(lines).items() if part}


def nation(lines: Iterable[tuple[Line, str]]) -> list[Mark]:
    """The national figures among lines with their sources."""
    return [Mark(month_end(x.month), x.count.rate, source) for x, source in lines if way_of(x) == "nation" and x.count.rate is not None]


def total(lines: Sequence[Line]) -> Count:
    """The whole city in a month."""
    return next(iter(sums_of(lines).values()))


def grouped(lines: Sequence[Line], by: Callable[[Line], str], alone: str) -> dict[str, Count]:
    """A month by district or by age: as it is told alone, else summed from the table of both."""
    told = parts(lines)
    found: dict[str, list[Count]] = {}
    for line in told[alone] or told["both"]:
        found.setdefault(by(line), []).append(line.count)
    return {key: summed(counts) for key, counts in found.items()}


def by_district(lines: Sequence[Line]) -> dict[str, Count]:
    """A month by district."""
    return grouped(lines, lambda x: x.district, "district")


def by_age(lines: Sequence[Line]) -> dict[str, Count]:
    """A month by age group."""
    return grouped(lines, lambda x: x.age, "age")


def target_of(marks: Sequence[Mark], day: dt.date) -> Mark | None:
    """The target that a day is on the way to; after the last one, the last."""
    ordered = sorted(marks, key=lambda m: m.day)
    return next((m for m in ordered if m.day >= day), ordered[-1] if ordered else None)


def known_at(marks: Sequence[Mark], day: dt.date) -> Mark | None:
    """The newest figure of that day or before."""
    return max((m for m in marks if m.day <= day), key=lambda m: m.day, default=None)


def _number(text: str) -> int:
    plain = narrow(text).replace(",", "")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else -1


def _judged(row: Mapping[str, str], today: dt.date) -> tuple[Line | None, list[str]]:
    faults = []
    match = re.fullmatch(r"(20[0-9]{2})[-/年]([0-9]{1,2})月?", narrow(row["年月"]))
    month = dt.date(int(match[1]), int(match[2]), 1) if match and 1 <= int(match[2]) <= 12 else None
    if month is None or month > today:
        faults.append(f"「年月」は 2026-10 の形の、今月までの月にしてください(今は「{row['年月']}」)")
    for name in ("地区", "年齢"):
        if not 1 <= len(row[name]) <= 40:
            faults.append(f"「{name}」は1〜40字で書いてください。分けていないときは「{ALL}」と書いてください")
    if row["地区"] == NATION and row["年齢"] != ALL:
        faults.append(f"地区「{NATION}」の行の「年齢」は「{ALL}」にしてください。全国の年齢ごとの数は使いません")
    people, cards = _number(row["人口"]), _number(row["交付"])
    for name, number in (("人口", people), ("交付", cards)):
        if number < 0:
            faults.append(f"「{name}」は0以上の整数で書いてください(今は「{row[name]}」)")
    if people >= 0 and cards > people:
        faults.append(f"「交付」{cards:,}が「人口」{people:,}より多く、交付率が100%を超えます。数を確かめてください")
    if faults or month is None:
        return None, faults
    district, age = ("" if row[name] == ALL else row[name] for name in ("地区", "年齢"))
    return Line(month, district, age, Count(people, cards)), []


def read_rates(data: bytes, *, today: dt.date) -> list[Line]:
    """The statistics of a file. Raises SheetWrong with every fault."""
    found: dict[tuple[dt.date, str, str], tuple[int, Line]] = {}
    faults: list[str] = []
    for at, row in rows_of(data, COLUMNS):
        if isinstance(row, str):
            faults.append(f"{at}行目 {row}")
            continue
        line, wrong = _judged(row, today)
        if line is not None:
            first, kept = found.setdefault((line.month, line.district, line.age), (at, line))
            if kept is not line:
                wrong.append(f"同じ年月・地区・年齢が{first}行目にもあります。どちらかを消してください")
        faults += [f"{at}行目 {w}" for w in wrong]
    lines = [line for _, line in found.values()]
    if not faults:
        faults += _disagreeing(lines)
    whole(len(lines), faults)
    return lines


def _disagreeing(lines: Sequence[Line]) -> list[str]:
    """Months that are told twice and differently."""
    return [f"{words}。数を揃えてください" for month in sorted({x.month for x in lines})
            if (words := apart(month, [x for x in lines if x.month == month]))]


def apart(month: dt.date, lines: Iterable[Line]) -> str:
    """That the sums of a month do not agree, and what they are; empty where they do."""
    names = {"whole": "全体の行", "district": "地区の行の合計", "age": "年齢の行の合計", "both": "地区と年齢の表の合計"}
    sums = {names[way]: count for way, count in sums_of(lines).items()}
    told = "、".join(f"{name} 人口{c.population:,}・交付{c.cards:,}" for name, c in sums.items())
    return f"{month:%Y-%m} の合計が合いません({told})" if len(set(sums.values())) > 1 else ""
