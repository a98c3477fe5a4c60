"""調定のデータ: one line per 期, judged whole before anything is written. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from .errors import SheetWrong

COLUMNS = ("通知書番号", "宛名番号", "氏名", "郵便番号", "住所", "方書", "年税額", "期", "期別税額", "納期限")
OPTIONAL = ("納付番号", "確認番号")  # when the tax system has issued them (eLTAX); without, trial numbers are made and slips are 見本
LINES = tuple(f"内訳{n}" for n in range(1, 9))  # 「見出し=値」 each: what the notice says the tax is made of (地方税法1条1項6号)
YES = "はい"
PAST = "過年度"  # "はい" in a row: it is of a year long past, found only now (地方税法17条の5: 賦課 of up to seven years back)
TRIAL = "999999"  # begins every trial number: no real one may
MOST_YEN = 9_999_999_999
PARTS = 12
ORDINARY, LONGEST = 2, 8  # 納期限 until the end of March so many years after 賦課年度: usually, and of 過年度
LABEL, VALUE = 60, 36  # of a 内訳 at most, a full-width character counting 2: what the table of the letter holds
BROKEN = "CSVとして読めません。引用符(\")の閉じ忘れがないか確認してください(ここから後は見ていません)"


@dataclass(slots=True)
class Part:
    """A 期."""

    no: int
    amount: int
    due: dt.date
    number: str = ""
    confirm: str = ""


@dataclass(slots=True)
class Claim:
    """A 通知書 with its 期."""

    line: int
    notice: str
    payer: str
    name: str
    zip: str
    address: str
    building: str
    amount: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    @property
    def head(self) -> tuple[str, ...]:
        """What must be the same on all lines of a 通知書."""
        return (self.payer, self.name, self.zip, self.address, self.building, str(self.amount), *map("=".join, self.lines))


def text_of(data: bytes) -> str:
    """UTF-8 (with or without BOM) or cp932. Raises SheetWrong."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetWrong(["1行目 文字コードが読めません。UTF-8(BOM付き)かcp932で保存し直してください"])


def rows_of(data: bytes, columns: Collection[str], names: Mapping[str, str], *, optional: Collection[str] = ()) -> Iterator[
        tuple[int, dict[str, str] | str]]:
    """(line, its cells by our names, or what is wrong with it) of a file of the tax system. ``names`` are the city's own names of
    columns: {ours: theirs}. Raises SheetWrong where the file as a whole cannot be read."""
    ours = {theirs: own for own, theirs in names.items()}
    reader, read = csv.reader(io.StringIO(text_of(data), newline=""), strict=True), 0
    try:
        header = [ours.get(name.strip(), name.strip()) for name in next(reader, [])]
        known = {*columns, *optional}
        missing, twice = [c for c in columns if c not in header], [c for c in set(header) & known if header.count(c) > 1]
        if missing or twice:
            raise SheetWrong([f"1行目 列「{c}」がありません。1行目に列の名を書いてください" for c in missing]
                             + [f"1行目 列「{c}」が2つあります。1つにしてください" for c in twice])
        read = reader.line_num
        for cells in reader:
            read = reader.line_num
            if any(cells) and len(cells) != len(header):
                yield reader.line_num, f"列が{len(cells)}個あります。1行目と同じ{len(header)}個にしてください"
            elif any(cells):
                yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:  # what was read before is judged all the same
        yield read + 1, BROKEN


def yen_of(text: str) -> int:
    """Whole yen (or a count) of a cell; -1 for what is none."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("円")
    return int(plain) if re.fullmatch(r"[0-9]{1,10}", plain) else -1


def day_of(text: str) -> dt.date | None:
    """The day of a cell; None for what is none."""
    match = re.fullmatch(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})", text)
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def numbers_of(row: Mapping[str, str], faults: list[str]) -> tuple[str, str]:
    """(納付番号, 確認番号) that the tax system has issued, or empty; what is wrong with them is added to ``faults``."""
    number, confirm = row.get("納付番号", ""), row.get("確認番号", "")
    if (number or confirm) and not (re.fullmatch(r"[0-9]{20}", number) and re.fullmatch(r"[0-9]{6}", confirm)):
        faults.append("「納付番号」は20桁、「確認番号」は6桁の数字で、両方書いてください")
    if number.startswith(TRIAL):
        faults.append(f"「納付番号」の{TRIAL}で始まる番号は試用のものです。本物の番号を書いてください")
    return number, confirm


def wide(text: str) -> int:
    """How many half-width characters a text is as wide as."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def lines_of(row: Mapping[str, str], faults: list[str]) -> list[tuple[str, str]]:
    """The 内訳 of a row, each 「見出し=値」 (「＝」 too); what is wrong with them is added to ``faults``."""
    out = []
    for column in LINES:
        if cell := row.get(column, ""):
            label, sign, value = (part.strip() for part in cell.replace("＝", "=").partition("="))
            if not (sign and label and value):
                faults.append(f"「{column}」は「見出し=値」の形で書いてください(例: 標識番号=見本市 あ 12-34。今は「{cell[:40]}」)")
            elif wide(label) > LABEL or wide(value) > VALUE:
                faults.append(f"「{column}」は、見出しを全角{LABEL // 2}文字まで、値を全角{VALUE // 2}文字までで書いてください")
            out.append((label, value))
    return out


def addressee_faults(row: Mapping[str, str]) -> list[str]:
    """What is wrong with the cells that say who gets a letter, and where."""
    faults = []
    for name, most in (("宛名番号", 20), ("氏名", 120), ("住所", 160)):
        if not 1 <= len(row[name]) <= most:
            faults.append(f"「{name}」は1〜{most}文字で書いてください")
    if len(row["方書"]) > 120:
        faults.append("「方書」は120文字までで書いてください")
    if not re.fullmatch(r"[0-9]{7}", row["郵便番号"].replace("-", "")):
        faults.append(f"「郵便番号」は7桁の数字で書いてください(今は「{row['郵便番号']}」)")
    return faults


def _judged(row: dict[str, str], year: int) -> tuple[str, str, int, Part, list[str]]:
    """(notice, zip, year's amount, part, faults) of a line."""
    faults, code = addressee_faults(row), row["郵便番号"].replace("-", "")
    if not 1 <= len(row["通知書番号"]) <= 20:
        faults.insert(0, "「通知書番号」は1〜20文字で書いてください")
    total, amount = yen_of(row["年税額"]), yen_of(row["期別税額"])
    for name, yen in (("年税額", total), ("期別税額", amount)):
        if not 1 <= yen <= MOST_YEN:
            faults.append(f"「{name}」は1円以上の整数で書いてください(今は「{row[name]}」)")
    no = yen_of(row["期"])
    if not 1 <= no <= PARTS:
        faults.append(f"「期」は1〜{PARTS}の数で書いてください(今は「{row['期']}」)")
    due = day_of(row["納期限"])
    if due is None:
        faults.append(f"「納期限」は 2027-05-31 の形で、暦にある日を書いてください(今は「{row['納期限']}」)")
    elif not dt.date(year, 4, 1) <= due <= dt.date(year + LONGEST, 3, 31):
        faults.append(f"「納期限」{due} は、賦課年度{year}の納期限として早すぎるか遅すぎます。年度を確かめてください")
    elif due > dt.date(year + ORDINARY, 3, 31) and row.get(PAST, "") != YES:
        faults.append(f"「納期限」{due} は、賦課年度{year}の納期限として遅すぎます。年度を確かめてください。"
                      f"過年度の調定のときは、列「{PAST}」のこの行に「{YES}」と書いてください")
    if row.get(PAST, "") not in ("", YES):
        faults.append(f"「{PAST}」は「{YES}」か空にしてください(今は「{row[PAST]}」)")
    number, confirm = numbers_of(row, faults)
    return row["通知書番号"], code, total, Part(no, amount, due or dt.date.min, number, confirm), faults


def read(data: bytes, *, year: int, names: Mapping[str, str]) -> list[Claim]:
    """All 通知書 of a file, in its order. ``names`` are the city's own names of columns: {ours: theirs}. Raises SheetWrong with
    every error."""
    claims: dict[str, Claim] = {}
    numbers: dict[str, int] = {}
    faults: list[str] = []
    for line, row in rows_of(data, COLUMNS, names, optional=(*OPTIONAL, *LINES, PAST)):
        if isinstance(row, str):
            faults.append(f"{line}行目 {row}")
            continue
        notice, code, total, part, wrong = _judged(row, year)
        fresh = Claim(line, notice, row["宛名番号"], row["氏名"], code, row["住所"], row["方書"], total, lines_of(row, wrong))
        claim = claims.setdefault(notice, fresh)
        if claim.head != fresh.head:
            wrong.append(f"通知書番号「{notice}」の宛名番号・氏名・住所・年税額・内訳が{claim.line}行目と違います。揃えてください")
        if any(p.no == part.no for p in claim.parts):
            wrong.append(f"通知書番号「{notice}」の{part.no}期が2つあります。どちらかを消してください")
        if part.number and numbers.setdefault(part.number, line) != line:
            wrong.append(f"納付番号は{numbers[part.number]}行目と同じです。どちらかを直してください")
        claim.parts.append(part)
        faults += [f"{line}行目 {w}" for w in wrong]
    if not (faults and faults[-1].endswith(BROKEN)):
        _whole(claims, numbers, faults)
    if faults:
        raise SheetWrong(faults)
    return list(claims.values())


def _whole(claims: dict[str, Claim], numbers: dict[str, int], faults: list[str]) -> None:
    """What only the whole file shows."""
    if not claims and not faults:
        faults.append("1行目 通知書が1つもありません。中身のあるファイルを指定してください")
    parts = sum(len(c.parts) for c in claims.values())
    if numbers and len(numbers) != parts and not faults:
        faults.append(f"「納付番号」のある期が{len(numbers)}、ない期が{parts - len(numbers)}あります。すべての期に書くか、すべて空にしてください")
    for claim in claims.values():
        total = sum(p.amount for p in claim.parts)
        if claim.amount > 0 and min(p.amount for p in claim.parts) > 0 and total != claim.amount:
            faults.append(f"{claim.line}行目 通知書番号「{claim.notice}」の期別税額の合計{total:,}円が、年税額{claim.amount:,}円と違います")
        dues = [p.due for p in sorted(claim.parts, key=lambda p: p.no)]
        if dues != sorted(dues):
            faults.append(f"{claim.line}行目 通知書番号「{claim.notice}」の納期限が、期の順になっていません")
