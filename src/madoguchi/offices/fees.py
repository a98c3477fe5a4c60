"""The city's table of fees (手数料条例): dated amounts. What is not in force on a day has no amount; nothing is guessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.said import Said

from .errors import FeeMissing


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee by its name on receipts, with (day of effect, yen), the oldest first. ``actual``: 実費 (postage), no fee of the ordinance: 減免
    does not take it away by itself."""

    key: str
    name: str
    amounts: tuple[tuple[dt.date, int], ...]
    actual: bool = False

    def on(self, day: dt.date) -> int:
        """Yen on a day. Raises FeeMissing."""
        found = [yen for since, yen in self.amounts if since <= day]
        if not found:
            raise FeeMissing
        return found[-1]


def fee_read(key: str, raw: dict[str, Any]) -> Fee:
    """An entry of city.yaml: {名: …, 額: [{から: 2020-04-01, 円: "300"}], 実費: はい}. Raises ValueError."""
    amounts = []
    for step in raw["額"]:
        if not (step["円"].isascii() and step["円"].isdecimal() and len(step["円"]) < 8):
            raise ValueError(f"手数料「{key}」の円は、0以上の整数で書いてください(今は「{step['円']}」)")
        amounts.append((dt.date.fromisoformat(step["から"]), int(step["円"])))
    if not amounts or len({since for since, _ in amounts}) < len(amounts):
        raise ValueError(f"手数料「{key}」の額に、同じ日か、何もない行があります")
    actual = str(raw.get("実費", "いいえ"))
    if actual not in ("はい", "いいえ"):
        raise ValueError(f"手数料「{key}」の実費は、はい・いいえで書いてください(今は「{actual}」)")
    return Fee(key, Said(raw["名"]), tuple(sorted(amounts)), actual == "はい")
