"""collection.yaml of the city pack, read with the line of every value: what is wrong is told by file and line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from madoguchi.kernel.keeping import years_read
from madoguchi.kernel.packfile import PackFile, Path_, Wrong, lines, named, number, table, yes

from .charges import (
    DEBIT_FORM,
    DEMANDS,
    FILES,
    FLOORS,
    LETTERS,
    PLACES,
    TRANSFER,
    TRIAL_CODES,
    UNPAID,
    Charge,
    Charges,
    Codes,
    FeeCodes,
    Online,
    OwnBank,
)
from .errors import ChargesWrong
from .formats.charset import ENDS
from .rules import FORMS

SAMPLE = "cities/nanao/collection.yaml"
LONGEST = 999_999  # days, yen of a 督促手数料
PAYER = {"委託者コード": 10, "銀行": 4, "支店": 3, "種目": 1, "口座": 7}
CODES = {"共通納税機関コード": 5, "税務事務所コード": 3, "請求書発行企業コード": 6, "収納機関番号": 5}


def read_pack(folder: Path) -> Charges:
    """As charges.read_charges. Raises ChargesWrong."""
    if not (folder / "collection.yaml").exists():
        return Charges("", {})
    file = PackFile(folder / "collection.yaml", ChargesWrong)
    try:
        raw = table(file.root, (), {"課", "科目"}, {"会計課", "列", "番号", "手数料", "振込", "オンライン", "様式", "保存"}, SAMPLE)
        parts = ("科目", "列", "番号", "手数料", "振込", "オンライン", "様式", "保存")
        lines(raw, (), *parts, empty=("会計課",))
        layouts = _named(raw, "様式")
        forms = read_forms(layouts)
        usual = layouts.get(DEBIT_FORM) or {}
        return Charges(raw["課"], {key: _charge(key, c) for key, c in _named(raw, "科目").items()}, dict(lines(_named(raw, "列"), ("列",))),
                       _codes(raw.get("番号")), _office_fees(raw.get("手数料")), _payer(raw.get("振込"), ("振込",)),
                       _online(raw.get("オンライン")), forms, read_banks(usual.get("銀行別"), forms), raw.get("会計課", ""), _keep(raw))
    except Wrong as wrong:
        raise file.fault(wrong) from None


def _named(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """A table whose keys are the city's own."""
    return named(raw.get(key), (key,))


def _digits(raw: dict[str, Any], key: str, path: Path_, least: int, most: int) -> str:
    text = raw[key]
    if not (isinstance(text, str) and least <= len(text) <= most and (not text or (text.isascii() and text.isdecimal()))):
        raise Wrong((*path, key), f"数字{most}桁{'' if least == most else 'まで'}で書いてください(今は「{text}」)")
    return text


def _charge(key: str, raw: Any) -> Charge:
    path = ("科目", key)
    found = table(raw, path, {"名", "根拠", "税目コード", "督促", "通知書", "本文", "教示"}, {"延滞金", "延滞金の端数", PLACES, UNPAID}, SAMPLE)
    lines(found, path, "督促", empty=("延滞金", PLACES, UNPAID))
    late, floor = found.get("延滞金", ""), found.get("延滞金の端数", "区間ごと")
    if late not in ("地方税", "なし", ""):
        raise Wrong((*path, "延滞金"), f"科目「{key}」の延滞金は、地方税 か なし で書いてください(今は「{late}」)")
    if floor not in FLOORS:
        raise Wrong((*path, "延滞金の端数"), f"科目「{key}」の延滞金の端数は、{' か '.join(FLOORS)} で書いてください(今は「{floor}」)")
    reminder = table(found["督促"], (*path, "督促"), {"日数", "手数料"}, set(), SAMPLE)
    days = number(reminder, "日数", (*path, "督促"), 0, LONGEST)
    return Charge(key, found["名"], found["根拠"], _digits(found, "税目コード", path, 3, 3), days,
                  read_fees(reminder, (*path, "督促")), "" if late == "なし" else late, found["通知書"], found["本文"], found["教示"], FLOORS[floor],
                  found.get(PLACES, ""), found.get(UNPAID, ""))


def read_fees(raw: dict[str, Any], path: Path_) -> tuple[tuple[dt.date, int], ...]:
    """A sum for all days, or a list of {から: 2027-04-01, 円: "100"}."""
    rows = [{"から": "2000-01-01", "円": raw["手数料"]}] if isinstance(raw["手数料"], str) else raw["手数料"]
    if not isinstance(rows, list):
        raise Wrong((*path, "手数料"), "\"100\" か [{から: \"2027-04-01\", 円: \"100\"}] の形で書いてください")
    found = []
    for n, row in enumerate(rows):
        here = (*path, "手数料", str(n)) if rows is raw["手数料"] else (*path, "手数料")
        step = lines(table(row, here, {"から", "円"}, set(), SAMPLE), here)
        try:
            since = dt.date.fromisoformat(step["から"])
        except ValueError:
            raise Wrong((*here, "から"), f"2027-04-01 のように年月日で書いてください(今は「{step['から']}」)") from None
        found.append((since, number(step, "円", here, 0, LONGEST)))
    return tuple(sorted(found, reverse=True))


def read_forms(raw: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """様式: form → the layout's name and the line end that is written. Without a line, the usual layout of a form. Raises Wrong."""
    out: dict[str, tuple[str, str | None]] = {}
    for form, row in raw.items():
        if form not in (*FORMS, TRANSFER):
            raise Wrong(("様式", form), f"{'・'.join((*FORMS, TRANSFER))} のどれかにしてください")
        found = lines(table(row, ("様式", form), {"名"}, {"改行", "銀行別"}, SAMPLE), ("様式", form), "銀行別", empty=("改行",))
        out[form] = (found["名"], _end(found, ("様式", form)))
    return out


def _end(raw: dict[str, Any], path: Path_) -> str | None:
    end = raw.get("改行", "")
    if end and end not in ENDS:
        raise Wrong((*path, "改行"), f"{'・'.join(ENDS)} のどれかにしてください(今は「{end}」)")
    return ENDS[end] if end else None


def read_banks(raw: Any, forms: dict[str, tuple[str, str | None]]) -> dict[str, OwnBank]:
    """What a bank does not say is as the city's usual file of 口座振替 has it. Raises Wrong."""
    usual, out, path = forms.get(DEBIT_FORM, ("", None)), dict[str, OwnBank](), ("様式", DEBIT_FORM, "銀行別")
    for bank, row in named(raw, path).items():
        here = (*path, bank)
        if not (len(bank) == 4 and bank.isascii() and bank.isdecimal()):
            raise Wrong(here, "銀行番号4桁ごとに {名: 様式の名, 改行: …, 口座: {…}} の形で書いてください")
        own = lines(table(row or {}, here, set(), {"名", "改行", "口座"}, SAMPLE), here, "口座", empty=("改行",))
        name, end = own.get("名", ""), _end(own, here)
        out[bank] = OwnBank(name or usual[0], end if own.get("改行") or name else usual[1], _payer(own.get("口座"), (*here, "口座")))
    return out


def _keep(raw: dict[str, Any]) -> dict[str, int]:
    """Without a line, what it is of is never destroyed."""
    out = {}
    for what, row in _named(raw, "保存").items():
        if what not in (DEMANDS, FILES, LETTERS):
            raise Wrong(("保存", what), f"{DEMANDS}・{FILES}・{LETTERS} のどれかにしてください")
        text = lines(table(row, ("保存", what), {"期間"}, set(), SAMPLE), ("保存", what))["期間"]
        if (years := years_read(text)) is None:
            raise Wrong(("保存", what, "期間"), f"1〜100の「◯年」か「永年」で書いてください(今は「{text}」)")
        out[what] = years
    return out


def _office_fees(raw: Any) -> FeeCodes | None:
    if not raw:
        return None
    found = table(raw, ("手数料",), {"税目コード", "番号の頭"}, set(), SAMPLE)
    return FeeCodes(_digits(found, "税目コード", ("手数料",), 3, 3), _digits(found, "番号の頭", ("手数料",), 0, 12))


def _codes(raw: Any) -> Codes:
    """Without the numbers, those of the trial."""
    if not raw:
        return TRIAL_CODES
    found = table(raw, ("番号",), set(CODES), {"使用期限"}, SAMPLE)
    org, office, cvs, payeasy = (_digits(found, name, ("番号",), size, size) for name, size in CODES.items())
    return Codes(False, org, office, cvs, payeasy, number(found, "使用期限", ("番号",), 0, LONGEST, "0"))


def _online(raw: Any) -> Online:
    """Without the part, nothing is paid online."""
    if not raw:
        return Online()
    path = ("オンライン",)
    found = lines(table(raw, path, {"納付", "延滞金", "上限"}, {"証明書", "口座振替", "知らせる日数"}, SAMPLE), path, empty=("証明書", "口座振替"))
    return Online(yes(found, "納付", path), yes(found, "延滞金", path), number(found, "上限", path, 0, 9_999_999), found.get("証明書", ""),
                  found.get("口座振替", ""), number(found, "知らせる日数", path, 0, LONGEST, "0"))


def _payer(raw: Any, path: Path_) -> dict[str, str]:
    if not raw:
        return {}
    found = lines(table(raw, path, {*PAYER, "委託者名"}, set(), SAMPLE), path)
    for name, size in PAYER.items():
        _digits(found, name, path, size, size)
    return {key: value for key, value in found.items() if key != "要確認"}
