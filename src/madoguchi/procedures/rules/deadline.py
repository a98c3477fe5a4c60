"""期限 of a definition: from which day it counts, how, and what a late filing means (民法139〜143条, 地方自治法4条の2第4項)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .checks import Facts, Finding
from .model import Deadline, Definition


def last_day(deadline: Deadline, start: dt.date, facts: Facts) -> dt.date:
    """The last day on which a filing is in time.

    翌日から: the first day does not count (民法140条); 当日から: it does. Months end on the day before the one that
    corresponds to the first counted day, or with the month where there is none (143条). A closed last day moves on.
    """
    first = start if deadline.counting == "当日から" else start + dt.timedelta(days=1)
    if not deadline.days and not deadline.months:
        last = start  # the day itself is the end (認定の満了日)
    else:
        last = _months_on(first, deadline.months) + dt.timedelta(days=deadline.days - 1)
    return facts.next_open(last) if deadline.closed_day == "翌開庁日" else last


def _months_on(day: dt.date, months: int) -> dt.date:
    """The corresponding day ``months`` later; where there is none, the first of the month after."""
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day > calendar.monthrange(year, month + 1)[1]:
        year, month = divmod(year * 12 + month + 1, 12)
        return dt.date(year, month + 1, 1)
    return dt.date(year, month + 1, day.day)


def judge(d: Definition, facts: Facts) -> Iterator[Finding]:
    """Late or too early, as the definition wants it: a notice to the clerk, or a refusal with what to do."""
    deadline = d.deadline
    start = facts.date(deadline.from_item) if deadline.from_item else None
    if start is None:
        return
    opens = start - dt.timedelta(days=deadline.opens_days_before)
    if deadline.opens_days_before and facts.today < opens:
        yield Finding(deadline.from_item, say("受付は{day}からです。その日からもう一度お手続きください", day=opens))
    last = last_day(deadline, start, facts)
    if facts.today > last:
        if deadline.late == "受付不可":
            yield Finding(deadline.from_item, say("受付は{day}で終わりました。担当課にご相談ください", day=last))
        else:
            words = say("期限({day})を過ぎていますが、受け付けます。{text}", day=last, text=deadline.text)  # what follows, the definition says
            yield Finding(deadline.from_item, words, severity="notice")
