"""payments.yaml of the city pack: the terminals at the counters, and the city's data for a QR code of JPQR."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.kernel.keeping import years_read
from madoguchi.offices.public import city

from .emv import Merchant
from .errors import PaymentsWrong
from .rules import BRANDS

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
    return read_setup(Path(settings.MADOGUCHI_CITY))


def terminals_of(section: str) -> list[Terminal]:
    """The terminals of a section."""
    return [t for t in setup().terminals.values() if t.section == section]


@functools.lru_cache(maxsize=8)
def read_setup(folder: Path) -> Setup:
    """Read a city pack's file; a city without one has no terminal. Raises PaymentsWrong."""
    import yaml

    file = folder / "payments.yaml"
    if not file.exists():
        return Setup()
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds text only
        return Setup({key: _terminal(key, t) for key, t in (raw.get("端末") or {}).items()}, _merchant(raw.get("JPQR")),
                     _slips(raw.get("納付書")), _keep(raw.get("保存")), _debit_days(raw.get("口座振替")))
    except KeyError as missing:
        raise PaymentsWrong(f"{file} に「{missing.args[0]}」がありません。cities/nanao/payments.yaml を見本に書き足してください。") from None
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise PaymentsWrong(f"{file}{f':{mark.line + 1}' if mark else ''} を読めません。字下げと「:」を確認してください。") from None
    except ValueError as error:
        raise PaymentsWrong(f"{file}: {error}") from None


def _terminal(key: str, raw: dict[str, Any]) -> Terminal:
    if not (key.isascii() and key.isalnum() and len(key) <= 20):
        raise ValueError(f"端末の番号「{key}」は、英数字20字までで書いてください")
    if raw["課"] not in city().sections:
        raise ValueError(f"端末「{key}」の課「{raw['課']}」は、city.yaml の「課」にありません")
    if raw["金額"] not in (KEYED, SHOWN):
        raise ValueError(f"端末「{key}」の金額は、{KEYED}か{SHOWN}と書いてください(今は「{raw['金額']}」)")
    brands = tuple(raw["種類"])
    if not brands or len(set(brands)) < len(brands) or not set(brands) <= set(BRANDS):
        raise ValueError(f"端末「{key}」の種類は、{' '.join(BRANDS)} から1つずつ選んでください(今は「{' '.join(brands)}」)")
    return Terminal(key, raw["名"], raw["課"], raw["金額"] == SHOWN, brands)


def _slips(raw: dict[str, Any] | None) -> Slips:
    if not raw:
        return Slips()
    for what in ("期限のない手数料", "知らせを待つ"):
        if not (raw[what].isascii() and raw[what].isdecimal() and 1 <= int(raw[what]) <= 90):
            raise ValueError(f"納付書の「{what}」は、1〜90の日数で書いてください(今は「{raw[what]}」)")
    return Slips(raw["使う"] == "はい", int(raw["期限のない手数料"]), int(raw["知らせを待つ"]))


def _keep(raw: dict[str, Any] | None) -> int | None:
    if not raw:
        return None
    if (years := years_read(raw["期間"])) is None:
        raise ValueError(f"保存の「期間」は、「5年」か「永年」のように書いてください(今は「{raw['期間']}」)")
    return years


def _debit_days(raw: dict[str, Any] | None) -> int:
    if not raw:
        return 0
    if not (raw["日数"].isascii() and raw["日数"].isdecimal() and 1 <= int(raw["日数"]) <= 90):
        raise ValueError(f"口座振替の「日数」は、1〜90の日数で書いてください(今は「{raw['日数']}」)")
    return int(raw["日数"]) if raw["使う"] == "はい" else 0


def _merchant(raw: dict[str, Any] | None) -> Merchant | None:
    if not raw:
        return None
    return Merchant({tag: dict(fields) if isinstance(fields, dict) else str(fields) for tag, fields in raw["加盟店"].items()}, raw["業種"],
                    raw["店名"], raw["市"], raw.get("店名かな漢字", ""))
