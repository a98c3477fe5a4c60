"""The layout profile of notices and slips (profiles/a4-*.yaml): where things stand, and whether anybody has confirmed it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .layouts import FOLDER, ProfileWrong, layouts, read_profile

MODULES = 288  # of 44 digits: start, FNC1, 22 pairs, check, stop
CONDITIONS = ("", "cvs", "取扱不可", "el", "番号", "payeasyのみ", "両方")
KINDS = ("文字", "枠", "線", "丸", "欄", "QR", "GS1", "OCR")
NUMBERS = ("左", "上", "幅", "高さ", "大きさ", "最小", "行送り", "半径", "太さ", "字下げ")
KEYS = {*NUMBERS, "種", "文", "見出し", "寄せ", "太字", "破線", "条件", "行数"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a slip; ``x`` counts from the left of the slip."""

    kind: str
    x: float
    y: float
    width: float = 0
    height: float = 0
    size: float = 8
    least: float = 3
    step: float = 3.2
    rows: int = 1
    radius: float = 0
    line: float = 0.4
    indent: float = 1.2
    words: str = ""
    label: str = ""
    align: str = "左"
    bold: bool = False
    dash: bool = False
    when: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle for flowing text."""

    x: float
    y: float
    width: float
    height: float = 0
    size: float = 9
    least: float = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole layout."""

    version: str
    verified: bool
    source: str
    per_page: int
    height: float
    cuts: tuple[float, ...]
    address: Place
    issue: Place
    left: float
    right: float
    title: float
    bottom: float
    qr_module: float
    gs1_module: float
    gs1_height: float
    gs1_quiet: float
    ocr_step: float
    ocr_digits: int
    ocr_rows: int
    items: tuple[Item, ...]


def _item(row: dict[str, str], left: float, file: str) -> Item:
    where = f"{file}: 「{row.get('種')}」{row.get('文', row.get('見出し', ''))}"
    if row.get("種") not in KINDS or row.get("条件", "") not in CONDITIONS:
        raise ProfileWrong(f"{where} の「種」は{'・'.join(KINDS)}、「条件」は{'・'.join(filter(None, CONDITIONS))}から選んでください")
    if unknown := set(row) - KEYS:
        raise ProfileWrong(f"{where} の「{'・'.join(sorted(unknown))}」は使えません")
    try:
        n = {key: float(row[key]) for key in NUMBERS if key in row}
    except ValueError:
        raise ProfileWrong(f"{where} の位置と大きさは数字（mm、ポイント）で書いてください") from None
    return Item(
        row["種"], left + n.get("左", 0), n.get("上", 0), n.get("幅", 0), n.get("高さ", 0), n.get("大きさ", 8), n.get("最小", 3),
        n.get("行送り", 3.2), int(row.get("行数", "1")), n.get("半径", 0), n.get("太さ", 0.4), n.get("字下げ", 1.2), str(row.get("文", "")),
        str(row.get("見出し", "")), row.get("寄せ", "左"), row.get("太字") == "はい", row.get("破線") == "はい", row.get("条件", ""))


def _items(table: dict[str, Any], file: str) -> Iterator[Item]:
    for part in table["部"]:
        left = float(part["左"])
        for group in part.get("群", ()):
            yield from (_item(row, left, file) for row in table["群"][group])
        yield from (_item(row, left, file) for row in part["項目"])


def _place(row: dict[str, str]) -> Place:
    return Place(float(row["左"]), float(row["上"]), float(row["幅"]), float(row.get("高さ", 0)), float(row.get("大きさ", 9)),
                 float(row.get("最小", 6)))


def _check_gs1(row: dict[str, str], sizes: dict[str, float], file: str) -> None:
    """The size rules of the barcode bind every page layout: one that breaks them is not used."""
    module = float(row["モジュール"])
    least, most, wide = sizes["モジュール最小"], sizes["モジュール最大"], sizes["最大幅"]
    if not least <= module <= most or MODULES * module + 2 * sizes["余白"] > wide:
        raise ProfileWrong(f"{file}: GS1-128の「モジュール」は{least}～{most}mm、幅は余白を含めて{wide:g}mmまでにしてください")
    if float(row["高さ"]) < sizes["最小高さ"]:
        raise ProfileWrong(f"{file}: GS1-128の高さは{sizes['最小高さ']:g}mm以上にしてください")


@functools.cache
def profile(name: str = "a4-3-2026-11") -> Profile:
    """A layout profile by its version."""
    file = f"{name}.yaml"
    table = read_profile(FOLDER / file)
    if table.get("版") != name or table.get("確認") not in ("確認済", "未確認"):
        raise ProfileWrong(f"{file}: 「版」をファイル名と同じにし、「確認」は「確認済」か「未確認」と書いてください")
    page, body, mark = table["頁"], table["通知書"], table["記号"]
    sizes = layouts()["cvs"].sizes
    _check_gs1(mark["GS1"], sizes, file)
    return Profile(
        name, table["確認"] == "確認済", table["出典"], int(page["一枚の数"]), float(page["高さ"]), tuple(map(float, page["切取線"])),
        _place(table["宛名"]), _place(table["発行"]), float(body["左"]), float(body["右"]), float(body["表題"]), float(body["下"]),
        float(mark["QR"]["モジュール"]), float(mark["GS1"]["モジュール"]), float(mark["GS1"]["高さ"]), sizes["余白"],
        float(mark["OCR"]["行送り"]), int(mark["OCR"]["桁"]), int(mark["OCR"]["行"]), tuple(_items(table, file)))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a layout is known from, and whether somebody has confirmed it."""

    ja: str
    verified: bool
    source: str


def sources(layout: Profile | None = None) -> tuple[Source, ...]:
    """What a city must look at before it goes live: every layout that a slip is made by."""
    page = layout or profile()
    numbers = (Source(found.ja, found.verified, found.source) for found in layouts().values())
    return (*numbers, Source(f"納付書と通知書の配置（{page.version}）", page.verified, page.source))
