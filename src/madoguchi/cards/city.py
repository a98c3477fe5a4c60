"""cards.yaml of the city pack: whose the cards are, which bookings belong to them, how long they wait."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.kernel.packfile import PackFile, Wrong, lines, number, table
from madoguchi.kernel.said import Said

from .errors import CardsWrong
from .rates import Mark, rate_typed
from .rules import day_said

SAMPLE = "cities/nanao/cards.yaml"
SERIES = ("目標", "全国", "市")
PARTS = ("申請", "受取り", "更新", "証明書")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing one comes for: the service that is booked and words for it."""

    key: str
    service: str
    words: str


@dataclass(frozen=True, slots=True)
class CardCity:
    """What the city has written. ``section`` empty: the city does not use this room. Days: ``remind`` after the letter, ``keep`` until
    a card goes back, ``forget`` after it went."""

    section: str = ""
    parts: tuple[Part, ...] = ()
    remind: int = 60
    keep: int = 90
    forget: int = 365
    notice: int = 3  # months before a card or certificate ends
    targets: tuple[Mark, ...] = ()
    national: tuple[Mark, ...] = ()
    ours: tuple[Mark, ...] = ()  # what was known of the city before statistics were taken in

    def service(self, part: str) -> str:
        """The booking of a part; empty where it has none."""
        return next((p.service for p in self.parts if p.key == part), "")


def card_city() -> CardCity:
    """That of the city in whose name we run. Raises CardsWrong."""
    # here: the tool that writes readings reads the file where no Django is set up
    from madoguchi.offices.public import city

    return read_cards(Path(settings.MADOGUCHI_CITY), tuple(city().sections))


@functools.lru_cache(maxsize=8)
def read_cards(folder: Path, sections: tuple[str, ...] = ()) -> CardCity:
    """Read a city pack's file. ``sections``: those that there are. Raises CardsWrong with file and line."""
    if not (folder / "cards.yaml").exists():
        return CardCity()
    file = PackFile(folder / "cards.yaml", CardsWrong)
    try:
        raw = table(file.root, (), {"課", "来庁"}, {"催促", "保管", "保存", "期限の知らせ", "交付率"}, SAMPLE)
        lines(raw, (), "来庁", "交付率")
        if sections and raw["課"] not in sections:
            raise Wrong(("課",), f"「{raw['課']}」は、city.yaml の「課」にありません")
        parts = table(raw["来庁"], ("来庁",), set(), set(PARTS), SAMPLE)
        known = table(raw.get("交付率") or {}, ("交付率",), set(), set(SERIES), SAMPLE)
        targets, national, ours = (_marks(known.get(name, []), ("交付率", name)) for name in SERIES)
        notice = number(raw, "期限の知らせ", (), 1, 12, "3")
        return CardCity(raw["課"], tuple(_part(key, parts[key]) for key in PARTS if key in parts), number(raw, "催促", (), 1, 366, "60"),
                        number(raw, "保管", (), 1, 3650, "90"), number(raw, "保存", (), 1, 3650, "365"), notice, targets, national, ours)
    except Wrong as wrong:
        raise file.fault(wrong) from None


def _marks(raw: Any, path: tuple[str, ...]) -> tuple[Mark, ...]:
    if not isinstance(raw, list):
        raise Wrong(path, "[{いつ: 2021-12-31, 率: \"40.95\", 出典: …}] の形で書いてください")
    out = []
    for n, entry in enumerate(raw):
        here = (*path, str(n))
        found = table(entry, here, {"いつ", "率", "出典"}, set(), SAMPLE)
        lines(found, here)
        rate = rate_typed(str(found["率"]))
        if rate is None:
            raise Wrong((*here, "率"), f"0〜100の数にしてください(例: 40.95。今は「{found['率']}」)")
        day = day_said(str(found["いつ"]))
        if day is None:
            raise Wrong((*here, "いつ"), "日は 2021-12-31 の形で書いてください")
        out.append(Mark(day, rate, str(found["出典"])))
    return tuple(out)


def _part(key: str, raw: Any) -> Part:
    found = table(raw, ("来庁", key), {"予約"}, {"案内"}, SAMPLE)
    lines(found, ("来庁", key), empty=("案内",))
    return Part(key, str(found["予約"]), Said(str(found.get("案内", ""))))


def texts(found: CardCity) -> list[str]:
    """What residents read of it: to be translated, with readings."""
    return [str(p.words) for p in found.parts if p.words]
