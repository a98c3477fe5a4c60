"""Rules of occupying a city road (道路占用許可申請)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .care import months_later
from .registry import Facts, Finding, check

YEARS = 5
MOST_YEARS = 10
OF_A_UTILITY = frozenset({"pipe", "pole", "other"})  # may be one of 令9条1号 (others there: railways, telephone boxes); which, a clerk sees


@check("object", "start", "end")
def occupation_ends_within_years(facts: Facts, object: str, start: str, end: str) -> Iterator[Finding]:
    """道路法33条1項、道路法施行令9条: a permit, renewed or not, is for five years at most; pipes, poles and the like of utilities: ten."""
    first, last, what = facts.date(start), facts.date(end), facts.answers.get(object)
    if not (first and last and what):
        return
    years = MOST_YEARS if what in OF_A_UTILITY else YEARS
    until = months_later(first, 12 * years)
    if until.day == first.day:  # 民法143条2項: the day before the anniversary, or the last day of a month that has none
        until -= dt.timedelta(days=1)
    if last > until:
        words = say("「{end}」は、{until}までの日を入力してください。道路に置ける期間は、一度の許可で{years}年までです。"
                    "続けて使うときは、期間が終わる前に更新を申請してください", end=facts.label(end), until=until, years=years)
        yield Finding(end, words)
