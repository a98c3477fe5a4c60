"""Rules of using the city's facilities (公共施設の使用許可申請)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check


@check("starts", "ends")
def use_ends_after_it_begins(facts: Facts, starts: str, ends: str) -> Iterator[Finding]:
    """地方自治法244条の2第1項 ※: a permit is for hours of a day that run from a beginning to a later end (choices like h09)."""
    first, last = facts.answers.get(starts), facts.answers.get(ends)
    if first and last and str(last) <= str(first):
        yield Finding(ends, say("使い終わる時刻は、使い始める時刻より後を選んでください"))
