"""Figures out of counts. Pure: counts in, shares, percentiles and groups of opinions out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FEWEST = 5  # opinions that are shown together at the least, so that none can be told to be somebody's
SPANS = {1: "1か月", 3: "3か月", 6: "6か月", 12: "12か月"}
BACK = 36  # months that can be chosen


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months. ``first`` and ``last`` are their first days."""

    first: dt.date
    last: dt.date

    @property
    def until(self) -> dt.date:
        """The day after the last day."""
        return month_after(self.last)

    @property
    def months(self) -> list[dt.date]:
        """The months, oldest first."""
        out = [self.first]
        while out[-1] < self.last:
            out.append(month_after(out[-1]))
        return out


@dataclass(frozen=True, slots=True)
class Bundle:
    """Opinions on a procedure of some months together."""

    first: dt.date
    last: dt.date
    grades: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many."""
        return sum(self.grades.values())


@dataclass(slots=True)
class Line:
    """The figures of one procedure, one month, or all together."""

    filed: int = 0
    online: int = 0
    counter: int = 0  # at the counter, on the tablet
    paper: int = 0
    corrected: int = 0
    decided: int = 0
    within: int = 0
    days: Counter[int] = field(default_factory=Counter)  # working days from filing to decision → how many
    left: int = 0
    grades: Counter[int] = field(default_factory=Counter)

    def add(self, other: Line) -> None:
        """Put the counts of another line to this one's."""
        self.filed += other.filed
        self.online += other.online
        self.counter += other.counter
        self.paper += other.paper
        self.corrected += other.corrected
        self.decided += other.decided
        self.within += other.within
        self.days += other.days
        self.left += other.left
        self.grades += other.grades

    @property
    def still(self) -> bool:
        """Did nothing happen?"""
        return not (self.filed or self.corrected or self.decided or self.left or self.grades)

    @property
    def cells(self) -> dict[str, int | float | None]:
        """What the page and the CSV show; None where there is nothing to divide by."""
        opinions = sum(self.grades.values())
        return {
            "filed": self.filed, "online": self.online, "online_share": share(self.online, self.filed), "counter": self.counter,
            "paper": self.paper, "corrected": self.corrected,
            "corrected_share": share(self.corrected, self.filed), "decided": self.decided, "median": percentile(self.days, 50),
            "ninety": percentile(self.days, 90), "within": self.within, "within_share": share(self.within, self.decided), "left": self.left,
            "left_share": share(self.left, self.left + self.online + self.counter), "opinions": opinions or None,
            "grade": round(sum(g * n for g, n in self.grades.items()) / opinions, 1) if opinions else None,
        }


def month_after(month: dt.date) -> dt.date:
    """The first of the next month."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def month_before(month: dt.date, months: int = 1) -> dt.date:
    """The first of a month so many months ago."""
    at = month.year * 12 + month.month - 1 - months
    return dt.date(at // 12, at % 12 + 1, 1)


def period(last: dt.date, span: int) -> Period:
    """So many months up to this one."""
    return Period(month_before(last, span - 1), last.replace(day=1))


def percentile(counts: Mapping[int, int], share_: int) -> int | None:
    """The smallest value that at least so many per cent do not exceed (nearest rank): it is a number of days that somebody
    really waited."""
    total, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen * 100 >= total * share_:
            return value
    return None


def share(part: int, whole: int) -> float | None:
    """Per cent to one decimal."""
    return round(part * 100 / whole, 1) if whole else None


def bundles(counted: Iterable[tuple[dt.date, int, int]], closed_before: dt.date) -> list[Bundle]:
    """Opinions on one procedure, (month, grade, how many), as bundles of whole months with at least FEWEST each.

    Month is put to month until there are enough; what is not enough yet stays hidden, and so does the month that is not over.
    A bundle never depends on the period that somebody chooses, nor on the day they look: otherwise the difference of two
    views would be the opinion of one person.
    """
    by_month: dict[dt.date, Counter[int]] = {}
    for month, grade, n in counted:
        if month < closed_before:
            by_month.setdefault(month, Counter())[grade] += n
    out: list[Bundle] = []
    first, grades = None, Counter[int]()
    for month in sorted(by_month):
        first = first or month
        grades = grades + by_month[month]
        if grades.total() >= FEWEST:
            out.append(Bundle(first, month, grades))
            first, grades = None, Counter()
    return out


def shown(found: Iterable[Bundle], chosen: Period) -> list[Bundle]:
    """The bundles that were completed in the period."""
    return [b for b in found if chosen.first <= b.last <= chosen.last]
