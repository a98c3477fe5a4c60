"""Rules of elections (不在者投票の投票用紙などの請求)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .common import age_on
from .registry import Facts, Finding, check

_POST = 7  # days that ballots are on their way there and back, as cities reckon


@check("item")
def ballots_are_asked_for_in_time(facts: Facts, item: str) -> Iterator[Finding]:
    """公職選挙法施行令50条1項: ballots are asked for until the day before the vote; late ones have to be sent at once."""
    day = facts.date(item)
    if day and day <= facts.today:
        yield Finding(item, say("投票日の前日を過ぎると、請求できません。投票日を確かめてください"))
    elif day and (day - facts.today).days < _POST:
        yield Finding(item, say("投票日まで7日ありません。すぐに発送し、間に合うかを電話で知らせてください"), severity="notice")


@check("born", "day")
def voter_is_eighteen(facts: Facts, born: str, day: str) -> Iterator[Finding]:
    """公職選挙法9条: 18 years on the day of the vote; 年齢計算ニ関スル法律: a year is full at the end of the day before the birthday."""
    birth, vote = facts.date(born), facts.date(day)
    if birth and vote and age_on(birth, vote + dt.timedelta(days=1)) < 18:
        yield Finding(born, say("投票日に18歳になっている方だけが投票できます。生年月日と投票日を確かめてください"))


@check("elections", "moved")
def moved_voter_asks_for_what_is_open(facts: Facts, elections: str, moved: str) -> Iterator[Finding]:
    """公職選挙法9条2項・44条3項: who has left the city has no vote in its elections, and for those of the prefecture shows
    that they still live there, which the request online is not for (the ministry's outline of 2016)."""
    asked = set(facts.answers.get(elections) or ())
    if facts.answers.get(moved) is not True:
        return
    if asked & {"mayor", "council"}:
        yield Finding(elections, say("市外へ引っ越した方は、市長と市議会議員の選挙では投票できません。ほかの選挙だけを選んでください"))
    if asked & {"governor", "assembly"}:
        yield Finding(elections, say("市外へ引っ越した方は、県の選挙の投票用紙をここでは請求できません。選挙管理委員会へお電話ください"))
