"""A list of procedures as rows of texts: CSV (UTF-8 or cp932) and xlsx. Reads in bounded memory; what a formula would compute is
never computed, only what the spreadsheet program had stored is read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from .errors import SheetWrong
from .rules import open_cell

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 20_000_000  # of all cells: a short shared text may stand in every cell of an xlsx
MOST_UNPACKED = 100_000_000
MOST_MEMBERS = 500
MOST_LINES = 100_000  # with the empty ones between
_BROKEN = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
XLSX = "application/zip"  # what it is; its own long name does not fit in files, and nobody is sent it
Cells = list[str]


def rows_of(data: bytes) -> Iterator[tuple[int, Cells | str]]:
    """(line, its cells, or what is wrong with it) of every line that is not empty. Raises SheetWrong where the file as a whole cannot
    be read."""
    if len(data) > MOST_BYTES:
        raise SheetWrong([f"ファイルが大きすぎます({len(data) / 1_000_000:.1f}MB)。{MOST_BYTES // 1_000_000}MBまでに分けてください"])
    found = _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    characters = 0
    for rows, (line, cells) in enumerate(found, 1):
        if rows > MOST_ROWS:
            raise SheetWrong([f"{line}行目 行が{MOST_ROWS:,}より多くあります。ファイルを分けてください"])
        characters += sum(map(len, cells)) if isinstance(cells, list) else 0
        if characters > MOST_CHARACTERS:
            raise SheetWrong([f"{line}行目 文字が多すぎます。ファイルを分けるか、長い文を短くしてください"])
        yield line, cells


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetWrong(["1行目 文字コードが読めません。CSVは、UTF-8かShift_JIS(cp932)で保存し直してください"])


def _csv(data: bytes) -> Iterator[tuple[int, Cells | str]]:
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise SheetWrong(["古い形式のExcel(.xls)か、パスワードの付いたファイルです。パスワードを外し、.xlsxかCSVで保存し直してください"])
    text = _text(data)
    if "\x00" in text:
        raise SheetWrong(["CSVとして読めない文字(NUL)があります。表計算ソフトで開き、CSVで保存し直してください"])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            texts = _trimmed([open_cell(c.strip()) for c in cells])
            if len(texts) > MOST_COLUMNS:
                raise SheetWrong([f"{line}行目 列が{MOST_COLUMNS}より多くあります。要らない列を消してください"])
            if texts:
                yield line, texts
            line = reader.line_num + 1
    except csv.Error:
        raise SheetWrong([f"{line}行目 CSVとして読めません。引用符(\")の閉じ忘れか、131,072文字より長い欄がないか確かめてください"]) from None


def _trimmed(cells: Cells) -> Cells:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _insist_harmless(data: bytes) -> None:
    """Is this a workbook of a size that can be opened? Every part is unpacked once, in pieces, so that no false size is believed."""
    again = "Excelで開いて.xlsxで保存し直すか、CSVにしてください"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
                raise SheetWrong([
                    f"ファイルの中身が大きすぎます。要らないシートや画像を消すか、CSVにしてください({MOST_UNPACKED // 1_000_000}MBまで)"])
            if any(m.flag_bits & 1 for m in members):
                raise SheetWrong(["パスワードの付いたファイルです。パスワードを外して保存し直してください"])
            for member in members:
                _insist_plain(packed, member, again)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        raise SheetWrong([f"Excelのファイルとして読めません。{again}"]) from None


def _insist_plain(packed: zipfile.ZipFile, member: zipfile.ZipInfo, again: str) -> None:
    """Its true size is the one it states, and no part defines words of its own (an XML bomb does)."""
    size, tail, text = 0, b"", member.filename.lower().endswith((".xml", ".rels", ".vml"))
    with packed.open(member) as part:
        while piece := part.read(1 << 18):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise SheetWrong(["ファイルの中身が大きすぎます。CSVにしてください"])
            whole = tail + piece
            if text and (b"<!DOCTYPE" in whole or b"<!ENTITY" in whole or (not tail and whole[:2] in (b"\xff\xfe", b"\xfe\xff"))):
                raise SheetWrong([f"このファイルは取り込めない書き方を含んでいます。{again}"])
            tail = whole[-16:]


def _xlsx(data: bytes) -> Iterator[tuple[int, Cells | str]]:
    _insist_harmless(data)
    from openpyxl import load_workbook  # heavy: loaded by the first who takes an Excel file

    try:
        stored = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        written = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception:  # whatever openpyxl raises at a damaged file: KeyError, TypeError, ParseError …
        raise SheetWrong(["Excelのファイルとして読めません。Excelで開いて.xlsxで保存し直すか、CSVにしてください"]) from None
    if not stored.worksheets:
        raise SheetWrong(["シートがありません。一覧のあるシートを1枚目に置いてください"])
    values, formulas = stored.worksheets[0], written.worksheets[0]
    for each in (values, formulas):
        each.reset_dimensions()  # what the file states about itself is not believed
    rows = (each.iter_rows(values_only=True) for each in (values, formulas))
    pairs = _careful(zip(*rows, strict=False))
    for line, (cells, sources) in enumerate(pairs, 1):
        if line > MOST_LINES:
            raise SheetWrong([f"{MOST_LINES:,}行目より下に値があります。下の方の要らない行を消してください"])
        if len(cells) > MOST_COLUMNS * 5:  # formats reach further than values do
            raise SheetWrong([f"{line}行目 列が{MOST_COLUMNS}より多くあります。要らない列を消してください"])
        texts, faults = [], []
        for at, (value, source) in enumerate(zip(cells, sources, strict=False), 1):
            text = _cell(value)
            if value is None and isinstance(source, str) and source.startswith("="):
                faults.append(f"{at}列目 式の結果が保存されていません。Excelで開いて保存し直すか、値として貼り付けてください")
            elif text in _BROKEN:
                faults.append(f"{at}列目 式がエラー({text})になっています。正しい値を入れてください")
            texts.append(text)
        texts = _trimmed(texts)
        if len(texts) > MOST_COLUMNS:
            raise SheetWrong([f"{line}行目 列が{MOST_COLUMNS}より多くあります。要らない列を消してください"])
        if faults:
            yield line, "、".join(faults)
        elif texts:
            yield line, texts


def _careful(rows: Iterator[Any]) -> Iterator[Any]:
    """The rows; a damaged sheet is a fault of the file."""
    step: Callable[[], Any] = rows.__next__
    while True:
        try:
            row = step()
        except StopIteration:
            return
        except Exception:  # as above: the sheet's own XML is read now
            raise SheetWrong(["シートの途中が壊れていて読めません。Excelで開いて.xlsxで保存し直すか、CSVにしてください"]) from None
        yield row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return open_cell(str(value).strip())
