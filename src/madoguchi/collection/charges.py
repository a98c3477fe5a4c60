"""collection.yaml of the city pack: which taxes and charges there are, and what is the same for all of them."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.kernel.keeping import years_read

from .errors import ChargesWrong
from .rules import FORMS

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
    """Read a city pack's file. A city without one collects nothing. Raises ChargesWrong."""
    import yaml

    file = folder / "collection.yaml"
    if not file.exists():
        return Charges("", {})
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader builds text only
        layouts = raw.get("様式") or {}
        forms = _forms(layouts)
        return Charges(raw["課"], {key: _charge(key, c) for key, c in raw["科目"].items()}, dict(raw.get("列") or {}),
                       _codes(raw.get("番号")), _office_fees(raw.get("手数料")), _payer(raw.get("振込") or {}, "振込"),
                       _online(raw.get("オンライン")), forms, _banks((layouts.get(DEBIT_FORM) or {}).get("銀行別") or {}, forms),
                       raw.get("会計課", ""), _keep(raw.get("保存") or {}))
    except KeyError as missing:
        raise ChargesWrong(f"{file} に「{missing.args[0]}」がありません。cities/nanao/collection.yaml を見本に書き足してください。") from None
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ChargesWrong(f"{file}{f':{mark.line + 1}' if mark else ''} を読めません。字下げと「:」を確認してください。") from None
    except ValueError as error:
        raise ChargesWrong(f"{file}: {error}") from None


def _whole(raw: str, what: str) -> int:
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 7):
        raise ValueError(f"{what}は0以上の整数で書いてください(今は「{raw}」)")
    return int(raw)


def _fees(key: str, raw: Any) -> tuple[tuple[dt.date, int], ...]:
    """A sum for all days, or a list of {から: 2027-04-01, 円: "100"}."""
    rows = [{"から": "2000-01-01", "円": raw}] if isinstance(raw, str) else raw
    try:
        found = [(dt.date.fromisoformat(row["から"]), _whole(row["円"], f"科目「{key}」の督促手数料")) for row in rows]
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"科目「{key}」の督促手数料は \"100\" か [{{から: \"2027-04-01\", 円: \"100\"}}] の形で書いてください") from None
    return tuple(sorted(found, reverse=True))


def _charge(key: str, raw: dict[str, Any]) -> Charge:
    code = raw["税目コード"]
    if not (code.isascii() and code.isdecimal() and len(code) == 3):
        raise ValueError(f"科目「{key}」の税目コードは数字3桁で書いてください(今は「{code}」)")
    return Charge(key, raw["名"], raw["根拠"], code, _whole(raw["督促"]["日数"], f"科目「{key}」の督促の日数"), _fees(key, raw["督促"]["手数料"]),
                  _late(key, raw.get("延滞金", "")), raw["通知書"], raw["本文"], raw["教示"], _floor(key, raw.get("延滞金の端数", "区間ごと")),
                  raw.get(PLACES, ""), raw.get(UNPAID, ""))


def _late(key: str, raw: str) -> str:
    if raw not in ("地方税", "なし", ""):
        raise ValueError(f"科目「{key}」の延滞金は、地方税 か なし で書いてください(今は「{raw}」)")
    return "" if raw == "なし" else raw


FLOORS = {"区間ごと": "segment", "割合ごと": "phase"}


def _floor(key: str, raw: str) -> str:
    if raw not in FLOORS:
        raise ValueError(f"科目「{key}」の延滞金の端数は、{' か '.join(FLOORS)} で書いてください(今は「{raw}」)")
    return FLOORS[raw]


def _forms(raw: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Without a line, the usual layout of a form."""
    from .formats.charset import ENDS

    out: dict[str, tuple[str, str | None]] = {}
    for form, row in raw.items():
        end = row.get("改行", "")
        if form not in (*FORMS, TRANSFER) or (end and end not in ENDS):
            raise ValueError(f"「様式」は {' '.join((*FORMS, TRANSFER))} ごとに {{名: 様式の名, 改行: …}} の形で書いてください"
                             f"(改行は {'・'.join(ENDS)})")
        out[form] = (row["名"], ENDS[end] if end else None)
    return out


def _banks(raw: dict[str, Any], forms: dict[str, tuple[str, str | None]]) -> dict[str, OwnBank]:
    """What a bank does not say is as the city's usual file of 口座振替 has it."""
    from .formats.charset import ENDS

    usual, out = forms.get(DEBIT_FORM, ("", None)), dict[str, OwnBank]()
    for bank, row in raw.items():
        name, end = row.get("名", ""), row.get("改行", "")
        if not (len(bank) == 4 and bank.isascii() and bank.isdecimal()) or (end and end not in ENDS) or set(row) - {"名", "改行", "口座"}:
            raise ValueError(f"様式の「銀行別」は、銀行番号4桁ごとに {{名: 様式の名, 改行: …, 口座: {{…}}}} の形で書いてください(今は「{bank}」。"
                             f"改行は {'・'.join(ENDS)})")
        written = ENDS[end] if end else None if name else usual[1]
        out[bank] = OwnBank(name or usual[0], written, _payer(row.get("口座") or {}, f"銀行別 {bank} の口座"))
    return out


def _keep(raw: dict[str, Any]) -> dict[str, int]:
    """Without a line, what it is of is never destroyed."""
    out = {}
    for what, row in raw.items():
        years = years_read(row["期間"])
        if what not in (DEMANDS, FILES, LETTERS) or years is None:
            raise ValueError(f"「保存」は {DEMANDS}・{FILES}・{LETTERS} ごとに {{期間: 5年}} の形で書いてください(1〜100の「◯年」か「永年」)")
        out[what] = years
    return out


def _office_fees(raw: dict[str, Any] | None) -> FeeCodes | None:
    if not raw:
        return None
    for name, least, most in (("税目コード", 3, 3), ("番号の頭", 0, 12)):
        if not (least <= len(raw[name]) <= most and (not raw[name] or (raw[name].isascii() and raw[name].isdecimal()))):
            raise ValueError(f"手数料の「{name}」は数字{most}桁{'' if least else 'まで'}で書いてください(今は「{raw[name]}」)")
    return FeeCodes(raw["税目コード"], raw["番号の頭"])


def _codes(raw: dict[str, Any] | None) -> Codes:
    """Without the numbers, those of the trial."""
    if not raw:
        return TRIAL_CODES
    for name, size in (("共通納税機関コード", 5), ("税務事務所コード", 3), ("請求書発行企業コード", 6), ("収納機関番号", 5)):
        if not (raw[name].isascii() and raw[name].isdecimal() and len(raw[name]) == size):
            raise ValueError(f"番号の「{name}」は数字{size}桁で書いてください(今は「{raw[name]}」)")
    return Codes(False, raw["共通納税機関コード"], raw["税務事務所コード"], raw["請求書発行企業コード"], raw["収納機関番号"],
                 _whole(raw.get("使用期限", "0"), "番号の使用期限(納期限から何日)"))


def _online(raw: dict[str, Any] | None) -> Online:
    """Without the part, nothing is paid online."""
    if not raw:
        return Online()
    for name in ("納付", "延滞金"):
        if raw[name] not in ("はい", "いいえ"):
            raise ValueError(f"オンラインの「{name}」は、はい か いいえ で書いてください(今は「{raw[name]}」)")
    most = raw["上限"]
    if not (most.isascii() and most.isdecimal() and 0 < len(most) < 8):
        raise ValueError(f"オンラインの「上限」は円の整数で書いてください(今は「{most}」)")
    return Online(raw["納付"] == "はい", raw["延滞金"] == "はい", int(most), raw.get("証明書", ""),
                  raw.get("口座振替", ""), _whole(raw.get("知らせる日数", "0"), "オンラインの知らせる日数"))


PAYER = {"委託者コード": 10, "銀行": 4, "支店": 3, "種目": 1, "口座": 7}


def _payer(raw: dict[str, str], where: str) -> dict[str, str]:
    for name, size in PAYER.items() if raw else ():
        if not (raw[name].isascii() and raw[name].isdecimal() and len(raw[name]) == size):
            raise ValueError(f"{where}の「{name}」は数字{size}桁で書いてください(今は「{raw[name]}」)")
    if raw and not raw["委託者名"]:
        raise ValueError(f"{where}の「委託者名」を書いてください")
    return dict(raw)
