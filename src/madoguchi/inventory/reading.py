"""Rows of texts become rows of the inventory: everything that is wrong is said at once, with line, column and what to do. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from madoguchi.procedures.rules.find import plain

from .columns import LABELS, OURS, YEAR_SAID, Layout, field_of, is_known, layout
from .columns import plain as columns_plain
from .errors import HeadingsUnknown, SheetWrong
from .rules import KINDS, kind_of, year_of
from .sheet import Cells, rows_of

HEAD_WITHIN = 20  # a title and notes may stand above the headings
MOST = {"key": 40, "name": 200, "section": 60, "law": 300, "article": 300, "identity": 200, "event": 200, "online": 300, "days": 200, "fee": 500}
LONG = 5000
EXAMPLES, EXAMPLES_WITHIN, EXAMPLE = 3, 200, 40  # of a column: so many values, of so many lines, of so many characters
MOST_COUNT = 100_000_000
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Row:
    """One procedure of a list: texts by field as written, what has no field, and the two that are numbers."""

    line: int
    texts: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """手続ID."""
        return self.texts["key"]

    @property
    def match(self) -> str:
        """Name and 担当課, as they are compared."""
        return match_of(self.texts["name"], self.texts["section"])


@dataclass(slots=True)
class Sheet:
    """A list that is right: its rows and its layout."""

    rows: list[Row]
    layout: Layout

    @property
    def fields(self) -> frozenset[str]:
        """What the list speaks of: of a field without a column it says nothing, not that it is empty."""
        return frozenset(f for f in self.layout.fields if f)

    @property
    def kept(self) -> frozenset[str]:
        """Headings of the columns that are kept as they are."""
        return frozenset(s for s, f in zip(self.layout.shown, self.layout.fields, strict=True) if not f and s not in OURS)


def match_of(name: str, section: str) -> str:
    """What two rows of the same procedure have in common when there is no 手続ID."""
    return f"{plain(name) or name}|{plain(section) or section}"[:300]


def head_of(rows: Iterator[tuple[int, Cells | str]], told: Mapping[str, str]) -> tuple[int, Cells, Iterator[tuple[int, Cells | str]]]:
    """(line, headings, what follows): the first line with a name for 手続名, else the first one with two cells."""
    first = list(islice(rows, HEAD_WITHIN))
    texts = [(at, row) for at, (_, row) in enumerate(first) if isinstance(row, list)]
    found = next((at for at, row in texts if any(field_of(c, told) == "name" for c in row)), None)
    if found is None:
        found = next((at for at, row in texts if len([c for c in row if c]) > 1), texts[0][0] if texts else None)
    if found is None:
        raise SheetWrong(["1行目 一覧がありません。1行目に列の名前、2行目から手続きを書いてください"])
    line, head = first[found]
    return line, list(head), chain(first[found + 1:], rows)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list with a heading: its place, what it is taken for now, whether anybody knows that, and some of its values."""

    at: int
    name: str
    field: str
    known: bool
    examples: tuple[str, ...]


def columns_of(data: bytes, told: Mapping[str, str]) -> tuple[Layout, list[Column]]:
    """What the columns of a file are, also where answers are missing or do not go together. Raises SheetWrong for what no answer
    mends."""
    line, head, rows = head_of(rows_of(data), told)
    found = layout(head, told)
    if hard := [fault for fault in found.faults if fault not in found.muddled]:
        raise SheetWrong([f"{line}行目 {fault}" for fault in hard])
    values: list[list[str]] = [[] for _ in head]
    for _, cells in islice(rows, EXAMPLES_WITHIN):
        for seen, cell in zip(values, cells if isinstance(cells, list) else [], strict=False):
            short = _BAD.sub("", cell).strip()
            short = short if len(short) <= EXAMPLE else short[:EXAMPLE] + "…"
            if short and short not in seen and len(seen) < EXAMPLES:
                seen.append(short)
    first = {name: at for at, name in reversed(list(enumerate(map(columns_plain, head)))) if name}
    return found, [Column(at, head[at].strip(), found.fields[at], is_known(head[at], told), tuple(values[at])) for at in sorted(first.values())]


def read(data: bytes, told: Mapping[str, str]) -> Sheet:
    """Every row of a file. Raises HeadingsUnknown, SheetWrong with every error."""
    head_line, head, rows = head_of(rows_of(data), told)
    found = layout(head, told)
    faults = [f"{head_line}行目 {fault}" for fault in found.faults]
    if found.unknown and not faults:
        raise HeadingsUnknown(found.unknown)
    if faults:
        raise SheetWrong(faults)
    out: list[Row] = []
    for line, cells in rows:
        if isinstance(cells, str):
            faults.append(f"{line}行目 {cells}")
        elif any(cells[len(head):]):
            faults.append(f"{line}行目 見出しのない{len(cells)}列目に値があります。見出しを書くか、値を消してください")
        else:
            row, wrong = _row(line, cells, found)
            out.append(row)
            faults += [f"{line}行目 {w}" for w in wrong]
    faults += _twice(out)
    if not out and not faults:
        faults.append(f"{head_line + 1}行目 手続きが1つもありません。見出しの下に、1行に1つの手続きを書いてください")
    if faults:
        raise SheetWrong(faults)
    return Sheet(out, found)


def _row(line: int, cells: Cells, found: Layout) -> tuple[Row, list[str]]:
    row = Row(line, dict.fromkeys(LABELS, ""))
    wrong = []
    for at, cell in enumerate(cells):
        name, label = found.fields[at], found.shown[at]
        if _BAD.search(cell):
            wrong.append(f"「{label}」に、見えない制御文字があります。打ち直してください")
        elif len(cell) > MOST.get(name, LONG):
            wrong.append(f"「{label}」は{MOST.get(name, LONG)}文字までで書いてください(今は{len(cell)}文字)")
        elif name:
            row.texts[name] = cell
        elif cell and label not in OURS:
            row.extra[label] = cell
    if not row.texts["name"] and not any("「手続名」" in w for w in wrong):
        wrong.append("「手続名」が空です。手続きの名前を書くか、この行を消してください")
    year = row.texts["target_year"].strip()
    wrong += _judged(row.texts)
    if year and not row.texts["target_year"] and year_of(year) == 0:
        row.extra.setdefault(YEAR_SAID, year)
    return row, wrong


def _judged(texts: dict[str, str]) -> list[str]:
    """What is wrong with the cells that must be something; they become what is stored."""
    wrong = []
    kind = kind_of(texts["kind"])
    if kind is None and re.match(r"\d{4}-\d\d-\d\d", texts["kind"]):
        wrong.append(f"「手続類型」が日付({texts['kind']})になっています。セルの書式を文字列にして、2-1 のように打ち直してください")
    elif kind is None:
        wrong.append(f"「手続類型」は{'、'.join(KINDS)}のどれかで書いてください(今は「{texts['kind'][:40]}」)")
    texts["kind"] = kind or ""
    count = unicodedata.normalize("NFKC", texts["yearly_count"]).replace(",", "").removesuffix("件").strip()
    count = "" if count in ("-", "不明", "―", "ー") else count
    if count and not (re.fullmatch(r"[0-9]{1,9}", count) and int(count) <= MOST_COUNT):
        wrong.append(f"「総手続件数」は0以上の整数か空欄にしてください(今は「{texts['yearly_count'][:40]}」)")
        count = ""
    texts["yearly_count"] = str(int(count)) if count else ""
    year = year_of(texts["target_year"])
    if year is None:
        wrong.append(f"「目標年度」は 令和9年度・R9.4・2027・未定・済 のように書いてください(今は「{texts['target_year'][:40]}」)")
    texts["target_year"] = str(year or "")
    return wrong


def _twice(rows: list[Row]) -> list[str]:
    """Rows that would be the same procedure."""
    keys: dict[str, int] = {}
    names: dict[str, int] = {}
    out = []
    for row in rows:
        if row.key and (first := keys.setdefault(row.key, row.line)) != row.line:
            out.append(f"{row.line}行目 「手続ID」{row.key} は{first}行目と同じです。どちらかを直すか消してください")
        elif not row.key and row.texts["name"] and (first := names.setdefault(row.match, row.line)) != row.line:
            out.append(f"{row.line}行目 「手続名」と「担当課」が{first}行目と同じです。手続IDを付けるか、どちらかを消してください")
    return out
