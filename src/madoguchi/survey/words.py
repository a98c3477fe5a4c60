"""Words for the history of a disaster. The record itself keeps codes and ISO dates."""

from __future__ import annotations

import datetime as dt

from madoguchi.procedures.rules.say import jdate


def officer(actor: str) -> str:
    """Staff by their number; what the start of the city hall wrote is 自動処理."""
    kind, _, who = actor.partition(":")
    return f"職員 {who}" if kind == "staff" else "自動処理"


def day_words(day: str | None) -> str:
    """令和8年11月20日, or 期限なし."""
    return jdate(dt.date.fromisoformat(day)) if day else "期限なし"
