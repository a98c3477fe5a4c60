"""Rules of the city's recruitment (職員採用試験の申込み)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check


@check("group", "start", "end")
def jobs_in_order(facts: Facts, group: str, start: str, end: str) -> Iterator[Finding]:
    """地方公務員法15条・20条 ※: proven ability counts, so a job's months must be possible: not left before it began, not begun later
    than this month."""
    this_month = facts.today.isoformat()[:7]
    for index, job in facts.entries(group):
        first, last = str(job.get(start) or ""), str(job.get(end) or "")
        if first > this_month:
            yield Finding(start, say("働き始めた年月は、今月までの年月を入力してください"), index=index)
        if first and last and last < first:
            yield Finding(end, say("やめた年月は、働き始めた年月より後を入力してください"), index=index)
