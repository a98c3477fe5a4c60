"""Reading the resident file line by line: UTF-8 (with or without BOM) or cp932, never whole in memory."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from madoguchi.kernel.oswords import os_words

from .errors import SheetWrong
from .rules.columns import COLUMNS, HEAD, Entry, entry_of, header_faults

MOST_ERRORS = 200
BLOCK = 1 << 16


def digest_of(path: Path) -> str:
    """SHA-256 of the file."""
    total = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def encoding_of(path: Path) -> str:
    """utf-8-sig when every byte of the file is UTF-8, else cp932."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as source:
        try:
            while block := source.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp932"
    return "utf-8-sig"


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(number of the line on which the record ends, cells)."""
    try:
        with path.open(encoding=encoding_of(path), newline="") as source:
            reader = csv.reader(source, strict=True)
            line = 0
            try:
                for cells in reader:
                    line = reader.line_num
                    yield line, cells
            except (csv.Error, UnicodeDecodeError) as wrong:
                what = "文字コードが読めません。UTF-8(BOM付き)かcp932で保存し直してください" if isinstance(wrong, UnicodeDecodeError) \
                    else "CSVとして読めません。引用符(\")の閉じ忘れがないか確認してください"
                raise SheetWrong([f"{path}:{max(line, reader.line_num) + 1} {what}"]) from None
    except OSError as wrong:
        raise SheetWrong([f"{path}:0 ファイルを開けません({os_words(wrong)})。場所と権限を確認してください"]) from None


def entries(path: Path, *, today: dt.date, names: Mapping[str, str]) -> Iterator[tuple[int, Entry | list[str]]]:
    """(line, entry or what is wrong). ``names`` are the city's own names of columns: {ours: theirs}. Raises SheetWrong when
    the file as a whole cannot be read."""
    ours = {theirs: own for own, theirs in names.items()}
    lines = _lines(path)
    _, header = next(lines, (0, []))
    header = [ours.get(name.strip(), name.strip()) for name in header]
    if faults := header_faults(header):
        raise SheetWrong([f"{path}:1 {fault}" for fault in faults])
    at = {COLUMNS[name]: i for i, name in enumerate(header) if name in COLUMNS}
    for line, cells in lines:
        if not any(cells):
            continue
        if len(cells) != len(header):
            yield line, [f"列が{len(cells)}個あります。1行目と同じ{len(header)}個にしてください"]
            continue
        entry, faults = entry_of({field: cells[i] for field, i in at.items()}, today)
        yield line, entry if entry is not None else faults


def check(path: Path, *, today: dt.date, names: Mapping[str, str]) -> list[str]:
    """Read the whole file and judge it. Returns the 宛名番号 in it. Raises SheetWrong with every error."""
    errors: list[str] = []
    seen: dict[str, int] = {}
    heads: dict[str, int] = {}
    for line, found in entries(path, today=today, names=names):
        faults = found if isinstance(found, list) else _twice(found, line, seen, heads)
        errors += [f"{path}:{line} {fault}" for fault in faults]
    if not seen and not errors:
        errors.append(f"{path}:1 住民が1人もいません。中身のあるファイルを指定してください")
    if len(errors) > MOST_ERRORS:
        errors[MOST_ERRORS:] = [f"{path} ほか{len(errors) - MOST_ERRORS}件の誤りがあります。上から直してください"]
    if errors:
        raise SheetWrong(errors)
    return list(seen)


def _twice(entry: Entry, line: int, seen: dict[str, int], heads: dict[str, int]) -> list[str]:
    """What must be there only once."""
    out = []
    if entry.number in seen:
        out.append(f"宛名番号「{entry.number}」は{seen[entry.number]}行目にもあります。どちらかを消してください")
    seen.setdefault(entry.number, line)
    if entry.relation == HEAD and not entry.removed_why:
        if entry.household in heads:
            out.append(f"世帯番号「{entry.household}」の世帯主は{heads[entry.household]}行目にもいます。続柄を直してください")
        heads.setdefault(entry.household, line)
    return out
