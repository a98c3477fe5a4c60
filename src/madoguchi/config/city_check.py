"""`madoguchi procedures check`: the shape of a city pack's city.yaml, every fault with its line. (What its texts say: offices.contacts.)"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madoguchi.offices.city import MAYORS
from madoguchi.offices.rules import CAUSES
from madoguchi.procedures.pack import text_of
from madoguchi.procedures.rules.yaml_strict import Items, Problem, Table, load

from .city_shape import TABLES, kinds_wrong, perhaps, values_wrong

NEEDED = ("市", "よみ", "英語名", "団体コード", "都道府県", "郵便番号", "所在地", "電話", "開庁時間", "閉庁日", "課", "分野", "教示")
TOP = (*NEEDED, *MAYORS, "手続き", "公印", "期限の知らせ", "手数料", "住民情報", "保存期間", "災害")
DISASTER = ("番号", "名", "種類", "発生日", "受付開始", "受付終了", "試用", "要確認")
DISASTER_NEEDED = ("番号", "名", "種類", "発生日")
DAYS = ("発生日", "受付開始", "受付終了")


def city_file_problems(file: Path) -> list[Problem]:
    """Unknown and missing headings, what stands twice, days that are none: all of them, also where the file cannot be used."""
    text, wrong = text_of(file)
    if wrong:
        return wrong
    table, problems = load(text, str(file))
    if not table:
        return problems
    faults = [*kinds_wrong(table)]  # what is no table cannot be looked into
    faults += _faults(table) if not faults else _headings(table, TOP, NEEDED)
    return sorted({*problems, *(Problem(str(file), line, ja) for line, ja in faults)})


def city_file_unusable(file: Path) -> bool:
    """Is a value of another kind than the program reads? Then nothing else of the pack can be looked at."""
    text, wrong = text_of(file)
    return bool(wrong or kinds_wrong(load(text, str(file))[0]))


def city_file_doubts(file: Path) -> list[tuple[int, str]]:
    """Every 要確認 of the file, with its line and whose it is."""
    return list(_doubts(load(text_of(file)[0], str(file))[0], ""))


def _doubts(value: Any, whose: str) -> Iterator[tuple[int, str]]:
    for key, inner in value.items() if isinstance(value, Table) else ():
        if key == "要確認":
            yield value.line_of(key), f"{whose}: {inner}"
        yield from _doubts(inner, str(inner.get("名") or key) if isinstance(inner, Table) else key)
    for inner in value if isinstance(value, Items) else ():
        yield from _doubts(inner, str(inner.get("名") or whose) if isinstance(inner, Table) else whose)


def _faults(top: Table) -> Iterator[tuple[int, str]]:
    yield from _headings(top, TOP, NEEDED)
    yield from values_wrong(top)
    for section in _tables(top.get("課")):
        yield from _headings(section, sum(TABLES["課"], ()), TABLES["課"][0])
    yield from _closed(top.get("閉庁日"))
    seen: dict[str, int] = {}
    for disaster in _tables(top.get("災害")):
        yield from _disaster(disaster)
        key = str(disaster.get("番号", ""))
        if key and key in seen:
            yield disaster.line, f"災害の番号「{key}」が{seen[key]}行目と重なっています。別の番号にしてください"
        seen.setdefault(key, disaster.line)


def _tables(value: Any) -> list[Table]:
    found = list(value.values()) if isinstance(value, Table) else list(value) if isinstance(value, Items) else []
    return [one for one in found if isinstance(one, Table)]


def _headings(table: Table, known: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for key in table:
        if key not in known:
            yield table.line_of(key), f"「{key}」という見出しは使えません。{perhaps(key, known)}使えるのは: {'、'.join(known)}"
    for key in needed:
        if not table.get(key):
            yield table.line, f"「{key}」がありません。書き足してください"


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(text)) else None
    except ValueError:
        return None


def _disaster(table: Table) -> Iterator[tuple[int, str]]:
    yield from _headings(table, DISASTER, DISASTER_NEEDED)
    if (cause := table.get("種類")) and cause not in CAUSES:
        yield table.line_of("種類"), f"災害の種類「{cause}」は使えません。{'・'.join(CAUSES)} のどれかにしてください"
    for key in DAYS:
        if table.get(key) and _day(table[key]) is None:
            yield table.line_of(key), f"災害の{key}「{table[key]}」は、2026-11-10 のように年月日で書いてください"
    happened, begins, ends = (_day(table.get(key)) for key in DAYS)
    if (first := begins or happened) and ((ends and ends < first) or (happened and first < happened)):
        yield table.line, "災害の発生日・受付開始・受付終了は、この順になるように書いてください"


def _closed(table: Any) -> Iterator[tuple[int, str]]:
    if not isinstance(table, Table):
        return
    yield from _headings(table, ("土日", "祝日", "期間", "日"), ())
    for span in table.get("期間") or ():
        if not re.fullmatch(r"\d\d-\d\d〜\d\d-\d\d", str(span)):
            yield table.line_of("期間"), f"閉庁日の期間「{span}」は、12-29〜01-03 の形で書いてください"
    for day in table.get("日") or ():
        if _day(day) is None:
            yield table.line_of("日"), f"閉庁日の日「{day}」は、2026-11-10 のように年月日で書いてください"
