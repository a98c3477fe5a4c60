"""Disasters as pure decisions: what is open on a day, and what may be said about a deadline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from madoguchi.kernel.written import too_long

CAUSES = ("地震", "水害", "風害", "土砂", "その他")


@dataclass(frozen=True, slots=True)
class DisasterTerms:
    """A disaster as other rooms see it."""

    key: str
    name: str
    cause: str
    happened_on: dt.date
    accepts_from: dt.date
    accepts_until: dt.date | None
    trial: bool = False

    def open_on(self, day: dt.date) -> bool:
        """Are applications that arrive on this day accepted? The last day counts to its end (民法141条)."""
        return self.accepts_from <= day and (self.accepts_until is None or day <= self.accepts_until)


def addition_faults(terms: DisasterTerms, today: dt.date) -> list[tuple[str, str]]:
    """What is wrong with a new disaster: (field, words)."""
    out = []
    if not 2 <= len(terms.name) <= 60:
        out.append(("name", "災害の名前を60字までで入力してください(例: 令和8年11月豪雨)"))
    if terms.cause not in CAUSES:
        out.append(("cause", "原因を選んでください"))
    if terms.happened_on > today:
        out.append(("happened_on", "発生日は今日までの日付にしてください"))
    if terms.accepts_from < terms.happened_on:
        out.append(("accepts_from", "受付開始は発生日より後の日付にしてください"))
    if terms.accepts_until and terms.accepts_until < terms.accepts_from:
        out.append(("accepts_until", "受付終了は受付開始より後の日付にしてください"))
    return out


def deadline_faults(terms: DisasterTerms, until: dt.date | None, reason: str, today: dt.date) -> list[tuple[str, str]]:
    """What is wrong with a new end of acceptance. No statute sets one (災害対策基本法90条の2 names none): the city sets it
    for each disaster and people rely on it, so that every change needs its reason and a shorter one is said plainly."""
    if until == terms.accepts_until:
        return [("accepts_until", "いまの受付終了と同じです。新しい日を入力してください")]
    if until and until < terms.accepts_from:
        return [("accepts_until", "受付終了は受付開始より後の日付にしてください")]
    if fault := too_long("理由", reason, 300):
        return [("reason", fault)]
    if len(reason.strip()) >= 2:
        return []
    if until and until < today:
        return [("reason", "今日より前に受付を終わらせるときは、理由を書いてください。申請できなくなる方がいます")]
    if until and (terms.accepts_until is None or until < terms.accepts_until):
        return [("reason", "受付の期間を短くする理由を書いてください")]
    return [("reason", "延ばす理由を書いてください(例: 避難が続いている方が多いため)")]
