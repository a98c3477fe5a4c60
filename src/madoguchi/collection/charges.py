"""collection.yaml of the city pack: which taxes and charges there are, and what is the same for all of them."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from .errors import ChargesWrong

PLACES, UNPAID = "納付の場所", "納めないとき"


@dataclass(frozen=True, slots=True)
class Charge:
    """科目: a tax or charge. Within ``reminder_days`` after 納期限 a 督促状 must go out (地方税法371条ほか)."""

    key: str
    name: str
    law: str
    code: str  # 税目・料金番号 of eL-QR, three digits
    reminder_days: int
    fees: tuple[tuple[dt.date, int], ...]  # 督促手数料: from which day how many yen, the newest first
    late: str  # which table of rates: 地方税, or empty where no late charge is taken
    title: str  # 納税通知書, 納入通知書
    words: str  # what the notice says first
    appeal: str  # which 教示 of city.yaml
    floor: str = "segment"  # 延滞金の端数: late.Rounding.floor
    places: str = ""  # 納付の場所, and what happens where it is not paid in time: as the notice says them (地方税法1条1項6号)
    unpaid: str = ""

    def fee_on(self, day: dt.date) -> int:
        """督促手数料 of a 督促状 that is issued on a day."""
        return next((yen for since, yen in self.fees if since <= day), 0)

    def unsaid(self) -> list[str]:
        """What the notice cannot say, because the city has not written it: names of its settings."""
        return [name for name, words in ((PLACES, self.places), (UNPAID, self.unpaid)) if not words]


@dataclass(frozen=True, slots=True)
class Codes:
    """Numbers that others give the city, for its slips; ``trial``: invented ones, so that every slip is a 見本."""

    trial: bool
    el_org: str  # 共通納税機関コード
    el_office: str  # 税務事務所コード
    cvs: str  # 請求書発行企業コード
    payeasy: str  # 収納機関番号
    late_days: int  # how many days after 納期限 a slip is taken (使用期限)


TRIAL_PAYER = {"委託者コード": "0000000000", "委託者名": "ミホンシ", "銀行": "0000", "支店": "000", "種目": "1", "口座": "0000000"}
TRIAL_CODES = Codes(True, "99999", "000", "999999", "99999", 0)


@dataclass(frozen=True, slots=True)
class FeeCodes:
    """Numbers of the slips of 手数料: 税目・料金番号, and how every 納付番号 of them begins (empty: numbers of the trial)."""

    code: str
    head: str


@dataclass(frozen=True, slots=True)
class Online:
    """What residents may do on 「わたしの税・料金」: pay by card (with 延滞金, at most so many yen at once), order a certificate."""

    pays: bool = False
    late: bool = False
    most: int = 0
    certificate: str = ""  # the procedure that orders 納税証明書
    debit: str = ""  # the procedure that applies for 口座振替
    days: int = 0  # so many days before a 納期限 who asked for it is told by mail; 0: nobody can ask


@dataclass(frozen=True, slots=True)
class OwnBank:
    """A bank that takes its debits by a file of its own: the layout's name, the line end that is written, the city as it knows it ({}: as
    the collecting bank does)."""

    layout: str
    end: str | None
    payer: dict[str, str]


FLOORS = {"区間ごと": "segment", "割合ごと": "phase"}  # 延滞金の端数
DEBIT_FORM, TRANSFER = "zengin", "transfer"  # the forms of 口座振替 and of 総合振込
DEMANDS, FILES, LETTERS = "調定", "ファイル", "通知書"


@dataclass(frozen=True, slots=True)
class Charges:
    """All of them, the section that collects, and the city's own names of columns."""

    section: str
    all: dict[str, Charge]
    columns: dict[str, str] = field(default_factory=dict)
    codes: Codes = TRIAL_CODES
    fees: FeeCodes | None = None
    payer: dict[str, str] = field(default_factory=dict)  # 振込: the account that refunds leave, as the city's bank knows it
    online: Online = Online()
    forms: dict[str, tuple[str, str | None]] = field(default_factory=dict)  # 様式: form → the layout's name, and the line end that is written
    banks: dict[str, OwnBank] = field(default_factory=dict)  # 銀行別, by number; the debits of all others go to the collecting bank in one file
    treasury: str = ""  # 会計課: the section that reads the sums of each day
    keep: dict[str, int] = field(default_factory=dict)  # 保存: how many years what is kept (DEMANDS, FILES, LETTERS)


def charges() -> Charges:
    """Those of the city in whose name we run. Raises ChargesWrong."""
    return read_charges(Path(settings.MADOGUCHI_CITY))


def payer(bank: str = "") -> dict[str, str]:
    """The account that refunds leave and debits reach, as a bank of 銀行別 or else the city's own knows it; in a trial one that is nobody's.
    Empty when the city has not written it yet."""
    own = charges().banks.get(bank)
    return (own.payer if own else {}) or charges().payer or ({} if settings.PRODUCTION else TRIAL_PAYER)


def charge_get(key: str) -> Charge:
    """A charge by its key. Raises ChargesWrong that names those that there are."""
    found = charges().all
    if key not in found:
        raise ChargesWrong(f"科目「{key}」はありません。{'、'.join(f'{c.key}({c.name})' for c in found.values())} から選んでください。")
    return found[key]


@functools.lru_cache(maxsize=4)
def read_charges(folder: Path) -> Charges:
    """Read a city pack's file. A city without one collects nothing. Raises ChargesWrong with file and line."""
    from .charges_file import read_pack  # here: most who ask for charges find them in the cache

    return read_pack(folder)
