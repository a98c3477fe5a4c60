"""What a row of the inventory (手続棚卸) says, in the words of a definition. What it does not say becomes a doubt (要確認)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from .draft_text import clean
from .model import OPEN_ARTICLE, OPEN_LAW

COLUMNS = ("key", "name", "section", "law", "article", "kind", "identity", "fee", "attachments", "information", "days", "event", "slug", "barred")
NONE = {"", "なし", "無し", "無", "ない", "特になし", "特に無し", "特にない", "特段なし", "特段無し", "該当なし", "該当無し", "該当せず",
        "ありません", "特にありません", "該当ありません", "不要", "ー", "-", "―", "–", "—", "‐", "−", "none", "n/a"}
_DONE = re.compile(r"\((?:既に|すでに)?(?:実施|対応|対処|解消|解決|整備|廃止|オンライン化)?済み?\)$")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = 60
NAME = 80  # subjects of mails and letters have columns for not much more
_APART = re.compile(r"[、,;/|\n\t]")
_BULLET = re.compile(r"^\s*(?:[①-⑳]|[•●○◎■□◆◇▪※*]|[(\uff08]?\d{1,2}[)\uff09.\uff0e]|[・‐―-])\s*")
OPEN, CLOSE = "(\uff08「『[〔【", ")\uff09」』]〕】"
_DAYS = re.compile(r"(\d+)\s*(開庁日|営業日|日|週間?|か月|ヶ月|ケ月|カ月|月|年)")
_UNITS = {"週": 7, "週間": 7, "か月": 30, "ヶ月": 30, "ケ月": 30, "カ月": 30, "月": 30, "年": 365}
_EACH = r"(?P<each>通|部|枚|冊|件|回|申請|頭|匹|台|個|本|人|名|世帯|筆|棟|戸|区画|か所|箇所|団体|時間|日|月|か月|年|年度)"
_FEES = tuple(re.compile(form) for form in (
    rf"(?:手数料)?[1一]{_EACH}(?:に?つき|当たり|当り|あたり|ごとに|ごと)?(?P<yen>\d{{1,8}})円",
    rf"(?P<yen>\d{{1,8}})円[/(][1一]?{_EACH}(?:に?つき|当たり|あたり)?\)?",
    r"(?:手数料)?(?P<yen>\d{1,8})円", r"(?P<yen>[1-9]\d{1,6})"))

Row = Mapping[str, str]


def called(name: str) -> tuple[str, ...]:
    """What a row's name may be called elsewhere: itself, without 等 at its end, and the short name that it adds in brackets."""
    short = re.search(r"[(\uff08]([^()\uff08\uff09]+)[)\uff09]$", name.strip())
    return (name, name.strip().removesuffix("等"), *([short[1]] if short else []))


def wide(text: str) -> str:
    """For comparing: one width, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def nothing(text: str) -> bool:
    """Does a cell say that there is nothing? The inventory and its drafts ask here."""
    return _DONE.sub("", wide(text).lower().rstrip("。.")).rstrip("。.") in NONE


def row_of(raw: Row) -> dict[str, str]:
    """A row with every column, each a clean text; line breaks stay, for they part one item from the next."""
    return {key: "\n".join(filter(None, map(clean, (raw.get(key) or "").splitlines()))) for key in COLUMNS}


def slug_of(row: Row) -> str:
    """The number of the procedure. It follows the 手続ID, never the name; docs/adr/0037 says why no two can meet."""
    if SLUG.fullmatch(row["slug"]) and len(row["slug"]) <= LONGEST:
        return row["slug"]
    if not row["key"]:
        return "h-" + short(f"{row['name']}\n{row['section']}", 12)
    bare = "-".join(re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKC", row["key"]).lower()))
    same = bare.upper() == row["key"] and len(bare) <= LONGEST - 10
    return f"t-{bare}" if same else "-".join(filter(None, ("t", bare[: LONGEST - 14].rstrip("-"), short(row["key"], 10))))


def short(text: str, length: int) -> str:
    """The first hexadecimal digits of a text's digest: a number that stays while the text does."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def pieces(text: str) -> list[str]:
    """A cell as its items: parted by 、 , ; / or lines, outside brackets; by ・ only where nothing else parts them."""
    found = _split(text, _APART)
    if len(found) == 1 and "・" in found[0]:
        found = _split(found[0], re.compile("・"))
    items = [clean(_BULLET.sub("", item)) for item in found]
    return list(dict.fromkeys(item for item in items if not nothing(item)))


def _split(text: str, apart: re.Pattern[str]) -> list[str]:
    out, depth, now = [], 0, ""
    for c in text:
        depth += (c in OPEN) - (c in CLOSE)
        depth = 0 if c == "\n" else max(depth, 0)  # a bracket that nobody closed ends with its line
        if depth == 0 and apart.fullmatch(unicodedata.normalize("NFKC", c)):
            out.append(now)
            now, depth = "", 0
        else:
            now += c
    return [x.strip() for x in (*out, now) if x.strip()]


@dataclass(frozen=True, slots=True)
class Fee:
    """What the row says of a fee. ``each``: what it is the fee of one of (通, 件, 台); empty where that is not said. ``unclear``: there is
    one and nobody knows how much."""

    yen: int = 0
    doubt: str = ""
    unclear: bool = False
    each: str = ""


def fee_of(text: str) -> Fee:
    """手数料 of the row. Clear is one amount with nothing else but what it is for one of."""
    said = wide(text).replace(",", "").replace("、", "")
    if not said:
        return Fee(0, "手数料: 棚卸に書かれていないため、0円にした")
    if nothing(text) or re.fullmatch(r"無料(です)?|0円?|手数料(なし|無し|不要)|(納付)?不要", said):
        return Fee()
    found = next((m for m in (form.fullmatch(said) for form in _FEES) if m), None)
    if found and 0 < int(found["yen"]) < 10**7:
        return Fee(int(found["yen"]), each=found.groupdict().get("each") or "")
    return Fee(0, f"手数料: 棚卸は「{clean(text)}」。額が分からないため、0円にしてある", unclear=True)


def days_of(text: str) -> tuple[int, str]:
    """処理期間 of the row: days (the longest said) and their kind; 0 where it says none that can be read."""
    said = unicodedata.normalize("NFKC", text)
    if re.search("即日|即時|その場", said):
        return 1, "開庁日"
    found = [(int(n) * _UNITS.get(unit, 1), "開庁日" if unit in ("開庁日", "営業日") else "日") for n, unit in _DAYS.findall(said)]
    bare = re.fullmatch(r"\s*(\d{1,3})\s*", said)
    if bare:
        found.append((int(bare[1]), "日"))
    return max((f for f in found if 0 < f[0] <= 3650), default=(0, ""))


def law_of(row: Row) -> dict[str, str]:
    """根拠 of the row; what is missing says so."""
    law, article, doubts = clean(row["law"]), clean(row["article"]), []
    if not law:
        doubts.append("棚卸に法令名がない")
    if not article:
        doubts.append("棚卸に条項がない")
    found = {"法令": law or OPEN_LAW, "条": article or OPEN_ARTICLE}
    return found | ({"要確認": "。".join(doubts)} if doubts else {})
