"""Words for the history of a disaster (the record itself keeps codes and ISO dates) and for the applicant of a survey."""

from __future__ import annotations

import datetime as dt

from madoguchi.kernel import clock
from madoguchi.kernel.said import Said, say
from madoguchi.procedures.rules.say import jdate


def officer(actor: str) -> str:
    """Staff by their number; what the start of the city hall wrote is 自動処理."""
    kind, _, who = actor.partition(":")
    return f"職員 {who}" if kind == "staff" else "自動処理"


def day_words(day: str | None) -> str:
    """令和8年11月20日, or 期限なし."""
    return jdate(dt.date.fromisoformat(day)) if day else "期限なし"


def appointed(at: dt.datetime, *, moved: bool) -> Said:
    """What the applicant is told of the day and time of a survey; its parts are said in each language's own way."""
    local = at.astimezone(clock.JST)
    when: dict[str, object] = {"day": local.date(), "hour": local.hour, "minute": f"{local.minute:02d}"}
    if moved:
        return say("調査の日時が変わりました（{day} {hour}時{minute}分）", **when)
    return say("調査の日時が決まりました（{day} {hour}時{minute}分）", **when)
