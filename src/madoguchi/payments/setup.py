"""payments.yaml of the city pack: the terminals at the counters, and the city's data for a QR code of JPQR."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.kernel.keeping import years_read
from madoguchi.kernel.packfile import PackFile, Wrong, at, lines, named, number, table, yes

from .emv import Merchant
from .errors import PaymentsWrong
from .rules import BRANDS

SAMPLE = "cities/nanao/payments.yaml"
KEYED, SHOWN = "入力", "表示"


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of a shop at a counter. ``shown``: the page shows the sum (and its QR), else the clerk keys it in."""

    key: str
    name: str
    section: str
    shown: bool
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slips:
    """納付書 for fees. ``days``: how long one is good where the fee has no last day. ``grace``: for how many days after the last day
    an unpaid fee waits for the files of banks and shops."""

    offered: bool = False
    days: int = 30
    grace: int = 10


@dataclass(frozen=True, slots=True)
class Setup:
    """What the city has written."""

    terminals: dict[str, Terminal] = field(default_factory=dict)
    merchant: Merchant | None = None
    slips: Slips = Slips()
    keep: int | None = None  # 保存: years that payments are kept, without a person in them; None: they go with their case
    debit_days: int = 0  # a fee may be debited from a registered account when its last day is so far away; 0: never


def debit_days() -> int:
    """How many days there must be to the last day of a fee that is to be debited; 0 where the city does not take fees so."""
    return setup().debit_days


def slips() -> Slips:
    """How the city takes fees by 納付書."""
    return setup().slips


def setup() -> Setup:
    """That of the city in whose name we run. Raises PaymentsWrong."""
    # here: `procedures check` reads the file where no Django is set up
    from madoguchi.offices.public import city

    return read_setup(Path(settings.MADOGUCHI_CITY), tuple(city().sections))


def terminals_of(section: str) -> list[Terminal]:
    """The terminals of a section."""
    return [t for t in setup().terminals.values() if t.section == section]


@functools.lru_cache(maxsize=8)
def read_setup(folder: Path, sections: tuple[str, ...] = ()) -> Setup:
    """Read a city pack's file; a city without one has no terminal. ``sections``: those that there are. Raises PaymentsWrong."""
    if not (folder / "payments.yaml").exists():
        return Setup()
    file = PackFile(folder / "payments.yaml", PaymentsWrong)
    try:
        raw = table(file.root, (), set(), {"端末", "JPQR", "納付書", "保存", "口座振替"}, SAMPLE)
        return Setup({key: _terminal(key, t, sections) for key, t in named(raw.get("端末"), ("端末",)).items()}, _merchant(raw.get("JPQR")),
                     _slips(raw.get("納付書")), _keep(raw.get("保存")), _debit_days(raw.get("口座振替")))
    except Wrong as wrong:
        raise file.fault(wrong) from None


def _terminal(key: str, raw: Any, sections: tuple[str, ...]) -> Terminal:
    path = ("端末", key)
    if not (key.isascii() and key.isalnum() and len(key) <= 20):
        raise Wrong(path, f"端末の番号「{key}」は、英数字20字までで書いてください")
    found = lines(table(raw, path, {"名", "課", "金額", "種類"}, set(), SAMPLE), path, "種類")
    if sections and found["課"] not in sections:
        raise Wrong((*path, "課"), f"「{found['課']}」は、city.yaml の「課」にありません")
    if found["金額"] not in (KEYED, SHOWN):
        raise Wrong((*path, "金額"), f"{KEYED}か{SHOWN}と書いてください(今は「{found['金額']}」)")
    brands = found["種類"]
    if not isinstance(brands, list) or not brands or not all(isinstance(b, str) and b in BRANDS and brands.count(b) == 1 for b in brands):
        raise Wrong((*path, "種類"), f"{'・'.join(BRANDS)} から1つずつ選び、[card, code] のように並べてください(今は「{brands}」)")
    return Terminal(key, found["名"], found["課"], found["金額"] == SHOWN, tuple(brands))


def _slips(raw: Any) -> Slips:
    if not raw:
        return Slips()
    path = ("納付書",)
    found = table(raw, path, {"使う", "期限のない手数料", "知らせを待つ"}, set(), SAMPLE)
    return Slips(yes(found, "使う", path), number(found, "期限のない手数料", path, 1, 90), number(found, "知らせを待つ", path, 1, 90))


def _keep(raw: Any) -> int | None:
    if not raw:
        return None
    path = ("保存",)
    text = lines(table(raw, path, {"期間"}, set(), SAMPLE), path)["期間"]
    if (years := years_read(text)) is None:
        raise Wrong((*path, "期間"), f"「5年」か「永年」のように書いてください(今は「{text}」)")
    return years


def _debit_days(raw: Any) -> int:
    if not raw:
        return 0
    path = ("口座振替",)
    found = table(raw, path, {"使う", "日数"}, set(), SAMPLE)
    days = number(found, "日数", path, 1, 90)
    return days if yes(found, "使う", path) else 0


def _merchant(raw: Any) -> Merchant | None:
    if not raw:
        return None
    path = ("JPQR",)
    found = lines(table(raw, path, {"加盟店", "業種", "店名", "市"}, {"店名かな漢字"}, SAMPLE), path, "加盟店", empty=("店名かな漢字",))
    accounts = found["加盟店"]
    if not isinstance(accounts, dict):
        raise Wrong((*path, "加盟店"), "契約書の番号を、タグの番号ごとに {\"26\": {\"00\": …}} の形で書いてください")
    for tag, fields in accounts.items():
        lines(fields if isinstance(fields, dict) else {tag: fields}, (*path, "加盟店", *((tag,) if isinstance(fields, dict) else ())))
    with at(*path):
        return Merchant({tag: dict(fields) if isinstance(fields, dict) else fields for tag, fields in accounts.items()}, found["業種"],
                        found["店名"], found["市"], found.get("店名かな漢字", ""))
