"""The columns of the resident file, and what one line of it says.

The names follow the items of the 住民記録システム標準仕様書 as far as they are known to us (reference: standards.md §4, read from
secondary sources); the layout itself is our own profile and claims no conformance. A city whose export names a column
otherwise says so in city.yaml (住民情報: 列).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from .text import katakana

COLUMNS = {  # column → field of Entry
    "宛名番号": "number", "世帯番号": "household", "続柄": "relation", "氏名": "name", "氏名フリガナ": "kana", "通称": "alias",
    "アルファベット氏名": "latin", "住民種別": "kind", "性別": "gender", "生年月日": "born", "生年月日不詳表記": "born_words",
    "郵便番号": "zip", "都道府県": "prefecture", "市区郡町村名": "city", "町字": "town", "番地号表記": "lot", "方書": "building",
    "住民となった年月日": "since", "消除年月日": "removed_on", "消除事由": "removed_why", "支援措置": "protected",
    "支援措置開始年月日": "protected_from", "支援措置終了年月日": "protected_until",
}
# Without 支援措置 in the file every protection would be lifted without a word; so it must be there even if nobody has any.
NEEDED = ("宛名番号", "世帯番号", "氏名", "氏名フリガナ", "生年月日", "町字", "番地号表記", "支援措置")
REFUSED = ("個人番号", "住民票コード")  # not held here
LIMITS = {"relation": 20, "name": 120, "kana": 200, "alias": 120, "latin": 120, "born_words": 40, "city": 50, "prefecture": 10,
          "town": 120, "lot": 120, "building": 120, "removed_why": 40}
HEAD = "世帯主"
_COLUMN_OF = {field: column for column, field in COLUMNS.items()}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_KANA = re.compile(r"[ァ-ヺーヽヾ・ .A-Z]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, read. Texts as they stand; dates as ISO text, "" where there is none."""

    number: str
    household: str
    name: str
    kana: str = ""
    relation: str = ""
    alias: str = ""
    latin: str = ""
    kind: str = "1"
    gender: str = ""
    born: str = ""
    born_words: str = ""
    zip: str = ""
    prefecture: str = ""
    city: str = ""
    town: str = ""
    lot: str = ""
    building: str = ""
    since: str = ""
    removed_on: str = ""
    removed_why: str = ""
    protected: str = "0"
    protected_from: str = ""
    protected_until: str = ""


def cells_of(entry: Entry) -> list[str]:
    """The entry as a line of the file, in the order of COLUMNS."""
    return [str(getattr(entry, field)) for field in COLUMNS.values()]


def header_faults(header: list[str]) -> list[str]:
    """What is wrong with the first line."""
    out = [f"列「{name}」がありません。列を加えてください" for name in NEEDED if name not in header]
    out += [f"列「{name}」は取り込みません。個人番号と住民票コードの列を外してください" for name in header if name in REFUSED]
    out += [f"列「{name}」が二つあります。一つにしてください" for name in dict.fromkeys(header) if name in COLUMNS and header.count(name) > 1]
    return out


def _day(text: str, *, unknown: bool = False) -> str | None:
    """ISO date of 20261120, 2026-11-20 or 2026/11/20; None when it is none. ``unknown`` allows 00 for month and day."""
    match = re.fullmatch(r"(\d{4})(?:(\d{2})(\d{2})|([-/])(\d{1,2})\4(\d{1,2}))", text, re.ASCII)
    if not match:
        return None
    year, month, day = (int(x) for x in (match[1], match[2] or match[5], match[3] or match[6]))
    if unknown and (month == 0 or day == 0):
        if year == 0:
            return ""
        return f"{year:04}-{month:02}-00" if day == 0 and month <= 12 else None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _digits(raw: Mapping[str, str], field: str, out: list[str]) -> str:
    text = raw[field]
    if not re.fullmatch(r"[0-9]{1,15}", text):
        out.append(f"{_COLUMN_OF[field]}「{text}」は15けたまでの数字で入力してください")
    return text


def _days(raw: Mapping[str, str], out: list[str]) -> dict[str, str]:
    found = {}
    for field in ("since", "removed_on", "protected_from", "protected_until"):
        found[field] = raw[field] and (_day(raw[field]) or "")
        if raw[field] and not found[field]:
            out.append(f"{_COLUMN_OF[field]}「{raw[field]}」は20261120か2026-11-20の形で入力してください")
    born = _day(raw["born"], unknown=True) if raw["born"] else ""
    if born is None:
        out.append(f"生年月日「{raw['born']}」は19910725か1991-07-25の形で入力してください。わからない月や日は00にします")
    return found | {"born": born or ""}


def _text_faults(raw: Mapping[str, str]) -> list[str]:
    out = []
    for field, limit in LIMITS.items():
        if len(raw[field]) > limit:
            out.append(f"{_COLUMN_OF[field]}が{len(raw[field])}文字あります。{limit}文字までにしてください")
        if _CONTROL.search(raw[field]):
            out.append(f"{_COLUMN_OF[field]}に使えない文字(制御文字)があります。取り除いてください")
    if not raw["name"]:
        out.append("氏名が空です。入力してください")
    if not _KANA.fullmatch(katakana(raw["kana"]).replace("\u3000", " ").upper()):
        out.append(f"氏名フリガナ「{raw['kana']}」はカタカナで入力してください")
    return out


def _code_faults(raw: Mapping[str, str]) -> list[str]:
    out = []
    for field, allowed, words in (("kind", ("", "1", "2"), "1(日本人)か2(外国人)"), ("gender", ("", "1", "2"), "1(男)か2(女)、または空"),
                                  ("protected", ("", "0", "1"), "1(支援措置中)か0")):
        if raw[field] not in allowed:
            out.append(f"{_COLUMN_OF[field]}「{raw[field]}」は{words}で入力してください")
    if raw["zip"] and not re.fullmatch(r"[0-9]{3}-?[0-9]{4}", raw["zip"]):
        out.append(f"郵便番号「{raw['zip']}」は7けたの数字で入力してください")
    return out


def _sense_faults(entry: Entry, today: dt.date) -> list[str]:
    out = []
    if entry.born > today.isoformat():
        out.append(f"生年月日「{entry.born}」が今日より後です。確認してください")
    if bool(entry.removed_on) and not entry.removed_why:
        out.append("消除年月日があるのに消除事由が空です。事由(国内転出、死亡など)を入力してください")
    if entry.protected_from and entry.protected_until and entry.protected_until < entry.protected_from:
        out.append("支援措置終了年月日が開始年月日より前です。確認してください")
    if entry.protected != "1" and entry.protected_from and not (entry.protected_until and entry.protected_until < today.isoformat()):
        out.append("支援措置の期間があるのに、支援措置が1ではありません。1にするか、終わった措置なら期間を空にしてください")
    if not entry.removed_why and not (entry.town or entry.lot):
        out.append("町字と番地号表記が空です。住所を入力してください")
    return out


def entry_of(raw: Mapping[str, str], today: dt.date) -> tuple[Entry | None, list[str]]:
    """A line by fields (missing ones empty) as an entry, or what is wrong with it."""
    given = {field.name: raw.get(field.name, "").strip() for field in fields(Entry)}
    out: list[str] = []
    number, household = _digits(given, "number", out), _digits(given, "household", out)
    days = _days(given, out)
    out += _text_faults(given) + _code_faults(given)
    if out:
        return None, out
    entry = Entry(**given | days | {
        "number": number, "household": household, "kana": given["kana"], "zip": given["zip"].replace("-", ""),
        "kind": given["kind"] or "1", "protected": given["protected"] or "0",
    })
    out = _sense_faults(entry, today)
    return (None, out) if out else (entry, [])
