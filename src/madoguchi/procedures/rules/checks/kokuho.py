"""Rules of 国民健康保険: the days on which one becomes insured and ceases to be (資格喪失の届出)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .common import named_twice
from .registry import Facts, Finding, check

# 国民健康保険法8条2項: 生活保護 (6条9号) and a 国民健康保険組合 (6条10号) end it on the day itself
SAME_DAY = ("welfare", "union")


def loss_day(reason: str, event: dt.date) -> dt.date:
    """The day from which somebody is no longer insured, of the reason and the day on which it came (国民健康保険法8条)."""
    return event if reason in SAME_DAY else event + dt.timedelta(days=1)


@check("reason", "event")
def kokuho_loss_day(facts: Facts, reason: str, event: str) -> Iterator[Finding]:
    """国民健康保険法8条1項・2項: lost from the day after; with 生活保護 or a 国民健康保険組合 from the day itself. The clerk enters it."""
    why, day = facts.answers.get(reason), facts.date(event)
    if isinstance(why, str) and day:
        yield Finding(event, say("国民健康保険の資格がなくなるのは、{day}からです", day=loss_day(why, day)), severity="notice")


@check("group", "name", "born")
def nobody_insured_twice(facts: Facts, group: str, name: str, born: str) -> Iterator[Finding]:
    """国民健康保険法施行規則12条1号・13条1項: each person is named once in a filing."""
    yield from named_twice(facts, group, name, born)
