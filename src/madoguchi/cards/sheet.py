"""A CSV file read whole before anything is written: every line that is wrong is told. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .rules import Holder, day_said, number_plain, twelve_digits
from .staff_errors import SheetWrong

COLUMNS = ("交付通知書番号", "氏名", "フリガナ", "生年月日", "郵便番号", "住所", "到着日", "保管場所")
OPTIONAL = ("言語",)
LANGUAGES = ("ja", "ja-easy", "ja-ruby", "en", "zh-hans", "vi", "pt")
ROWS_MOST, FAULTS_MOST = 20_000, 200
LONGEST = {"氏名": 100, "フリガナ": 100, "住所": 160, "保管場所": 40}
NO_NUMBER = "12けたの数字があります。個人番号は入れられません。列ごと消してください"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A line of the file of cards."""

    line: int
    number: str
    holder: Holder
    arrived: dt.date
    place: str


def text_of(data: bytes) -> str:
    """UTF-8 (with or without BOM) or cp932. Raises SheetWrong."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in found:
            return found
    raise SheetWrong(["1行目 文字コードが読めません。UTF-8かシフトJISで保存し直してください"])


def rows_of(data: bytes, columns: Collection[str], optional: Collection[str] = ()) -> Iterator[tuple[int, dict[str, str] | str]]:
    """(line, its cells by column, or what is wrong with it). Raises SheetWrong where the file as a whole cannot be read."""
    reader = csv.reader(io.StringIO(text_of(data), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        faults = [f"1行目 列「{c}」がありません。1行目に列の名を書いてください" for c in columns if c not in header]
        faults += [f"1行目 列「{c}」が2つあります。1つにしてください" for c in dict.fromkeys(header) if header.count(c) > 1]
        faults += [f"1行目 列「{c}」は使いません。消してください" for c in dict.fromkeys(header) if c not in {*columns, *optional}]
        if faults:
            raise SheetWrong(faults)
        count = 0
        for cells in reader:
            count += any(cells)
            if count > ROWS_MOST:
                raise SheetWrong([f"{reader.line_num}行目 一度に取り込めるのは{ROWS_MOST:,}行までです。ファイルを分けてください"])
            if any(cells) and len(cells) != len(header):
                yield reader.line_num, f"列が{len(cells)}個あります。1行目と同じ{len(header)}個にしてください"
            elif any(cells):
                yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:
        raise SheetWrong([f'{reader.line_num + 1}行目 CSVとして読めません。引用符(")の閉じ忘れがないか確認してください']) from None


def whole(found: int, faults: list[str]) -> None:
    """Raises SheetWrong with all that is wrong."""
    if not found and not faults:
        faults.append("2行目 1行もありません。中身のあるファイルを選んでください")
    if len(faults) > FAULTS_MOST:
        faults[FAULTS_MOST:] = [f"ほかに{len(faults) - FAULTS_MOST}か所あります。ここまでを直してから、もう一度送ってください"]
    if faults:
        raise SheetWrong(faults)


def _judged(line: int, row: dict[str, str], today: dt.date) -> tuple[Arrived | None, list[str]]:
    faults = [f"「{c}」に{NO_NUMBER}" for c in row if twelve_digits(row[c])]
    faults += [f"「{c}」を1〜{most}文字で書いてください" for c, most in LONGEST.items() if not 1 <= len(row[c]) <= most]
    number, born, arrived = number_plain(row["交付通知書番号"]), day_said(row["生年月日"]), day_said(row["到着日"])
    code = row["郵便番号"].replace("-", "")
    if not number:
        faults.append("「交付通知書番号」は、英数字4〜20字で書いてください")
    if born is None or not dt.date(1900, 1, 1) <= born <= today:
        faults.append(f"「生年月日」は 1990-04-01 の形の、今日までの日付で書いてください(今は「{row['生年月日']}」)")
    if arrived is None or not today - dt.timedelta(days=3650) <= arrived <= today:
        faults.append(f"「到着日」は 2026-11-20 の形の、今日までの日付で書いてください(今は「{row['到着日']}」)")
    if not re.fullmatch(r"[0-9]{7}", code):
        faults.append(f"「郵便番号」は7けたの数字で書いてください(今は「{row['郵便番号']}」)")
    language = row.get("言語", "") or "ja"
    if language not in LANGUAGES:
        faults.append(f"「言語」は {'・'.join(LANGUAGES)} のどれかにしてください(今は「{language}」)")
    if faults or born is None or arrived is None:
        return None, faults
    holder = Holder(row["氏名"], row["フリガナ"], born.isoformat(), code, row["住所"], language)
    return Arrived(line, number, holder, arrived, row["保管場所"]), []


def read_cards(data: bytes, *, today: dt.date) -> list[Arrived]:
    """The cards of a file, in its order. Raises SheetWrong with every fault."""
    found: dict[str, Arrived] = {}
    faults: list[str] = []
    for line, row in rows_of(data, COLUMNS, OPTIONAL):
        if isinstance(row, str):
            faults.append(f"{line}行目 {row}")
            continue
        card, wrong = _judged(line, row, today)
        if card is not None and found.setdefault(card.number, card) is not card:
            wrong.append(f"交付通知書番号「{card.number}」は{found[card.number].line}行目と同じです。どちらかを消してください")
        faults += [f"{line}行目 {w}" for w in wrong]
    whole(len(found), faults)
    return list(found.values())
