"""延滞金 and 還付加算金: what a sum that came late, or that was held too long, costs. Plain Python: days and sums in, segments out.

地方税法 of each tax (市民税326条, 固定資産税369条, 軽自動車税463条の24 …), rates by 附則3条の2; 還付加算金 17条の4; sums cut by 20条の4の2.
Days are always ÷365, in leap years too. The rates are data (rates.yaml). Which article of which 条例 governs 国保料 and 介護保険料 is
for the city; what may differ stands in Rounding.
"""

from __future__ import annotations

import calendar
import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from .rates import Rates

DAY = dt.timedelta(days=1)
YEAR = 365 * 1000  # rates are thousandths a year


class Phase(enum.StrEnum):
    """Which of the two rates."""

    FIRST = "first_month"  # 納期限の翌日から一月を経過する日まで
    AFTER = "after"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Rounding:
    """Where sums are cut: 地方税法20条の4の2 第2項 (base) and 第5項 (result). ``floor``: yen are cut per "segment" or per "phase"."""

    base_least: int = 2_000
    base_unit: int = 1_000
    result_least: int = 1_000
    result_unit: int = 100
    floor: str = "segment"

    def base(self, amount: int) -> int:
        """The sum that bears interest."""
        return 0 if amount < self.base_least else amount // self.base_unit * self.base_unit

    def result(self, amount: int) -> int:
        """The sum that is asked for, or given."""
        return 0 if amount < self.result_least else amount // self.result_unit * self.result_unit


TAX = Rounding()


@dataclass(frozen=True, slots=True)
class Segment:
    """Days with one base and one rate. ``numerator``/365,000 is the exact sum, ``yen`` its whole yen."""

    since: dt.date
    until: dt.date
    base: int
    permille: int
    phase: Phase

    @property
    def days(self) -> int:
        """How many days, both ends counted."""
        return (self.until - self.since).days + 1

    @property
    def numerator(self) -> int:
        """base × rate × days, over 365,000."""
        return self.base * self.permille * self.days

    @property
    def yen(self) -> int:
        """The whole yen of this segment alone."""
        return self.numerator // YEAR

    @property
    def percent(self) -> str:
        """The rate as people write it: 9.1."""
        return f"{self.permille // 10}.{self.permille % 10}"


@dataclass(frozen=True, slots=True)
class Charge:
    """A late charge or an interest: how it came about, what it adds up to, what is asked for."""

    segments: tuple[Segment, ...]
    exact: int
    amount: int


def first_month_ends(due: dt.date) -> dt.date:
    """The last day of the month that begins on the day after ``due`` (民法143条2項: the day before the same day of the next
    month; where that month lacks the day, its last day)."""
    start = due + DAY
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, start.day) - DAY if start.day <= last else dt.date(year, month, last)


def _years(since: dt.date, until: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    while since <= until:
        end = min(until, dt.date(since.year, 12, 31))
        yield since, end
        since = end + DAY


def _charge(segments: list[Segment], rounding: Rounding) -> Charge:
    if rounding.floor == "segment":
        exact = sum(s.yen for s in segments)
    else:
        exact = sum(sum(s.numerator for s in segments if s.phase == phase) // YEAR for phase in Phase)
    return Charge(tuple(segments), exact, rounding.result(exact))


def _unpaid(tax: int, payments: Iterable[tuple[dt.date, int]], due: dt.date, until: dt.date) -> Iterator[tuple[dt.date, dt.date, int]]:
    """(first day, last day, what is unpaid). The day of a payment still counts with what it pays."""
    since, left = due + DAY, tax
    for day, many in groupby(sorted(payments), key=lambda one: one[0]):
        paid = sum(amount for _, amount in many)
        if day > until:
            break
        if day >= since:
            yield since, day, left
            since = day + DAY
        left -= paid
    if since <= until and left > 0:
        yield since, until, left


def late_charge(*, tax: int, due: dt.date, payments: Iterable[tuple[dt.date, int]] = (), until: dt.date, rates: Rates,
                rounding: Rounding = TAX) -> Charge:
    """延滞金 on ``tax`` due on ``due``, until ``until`` (the day it is paid, or looked at), less what was paid to the tax on the way.

    After a part is paid, what is left bears it from the next day on. Stretches whose cut base is the same are one segment, so a
    payment that does not change the base (or is made in two parts on one day) changes nothing. Raises RateMissing.
    """
    spans: list[tuple[dt.date, dt.date, int]] = []
    for since, last, left in _unpaid(tax, payments, due, until):
        base = rounding.base(left)
        if spans and spans[-1][2] == base:
            spans[-1] = (spans[-1][0], last, base)
        else:
            spans.append((since, last, base))
    month, segments = first_month_ends(due), []
    for since, last, base in spans:
        if not base:
            continue
        for phase, start, end in ((Phase.FIRST, since, min(last, month)), (Phase.AFTER, max(since, month + DAY), last)):
            for first, stop in _years(start, end):
                permille = rates.late_of(first.year).permille[0 if phase == Phase.FIRST else 1]
                segments.append(Segment(first, stop, base, permille, phase))
    return _charge(segments, rounding)


def refund_interest(*, amount: int, since: dt.date, until: dt.date, rates: Rates, rounding: Rounding = TAX) -> Charge:
    """還付加算金 on ``amount`` from ``since`` (起算日, itself counted; which day that is hangs on the ground: 17条の4) to ``until``
    (支出決定 or 充当, counted too). Raises RateMissing."""
    base = rounding.base(amount)
    spans = _years(since, until) if base else iter(())
    return _charge([Segment(first, stop, base, rates.refund_of(first.year).permille[0], Phase.REFUND) for first, stop in spans], rounding)
