"""更正のデータ: what demands have become, one line per 期, judged whole before anything is written. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from .demand_sheet import LINES, LONGEST, MOST_YEN, OPTIONAL, PARTS, day_of, lines_of, numbers_of, rows_of, yen_of
from .errors import SheetWrong

COLUMNS = ("通知書番号", "年税額", "期", "期別税額", "納期限", "変更の理由")


@dataclass(slots=True)
class NewPart:
    """A 期 as it is from now on."""

    line: int
    no: int
    amount: int
    due: dt.date
    number: str = ""
    confirm: str = ""


@dataclass(slots=True)
class NewClaim:
    """A 通知書 as it is from now on."""

    line: int
    notice: str
    amount: int
    why: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    parts: list[NewPart] = field(default_factory=list)


def _judged(row: dict[str, str], line: int, year: int) -> tuple[NewClaim, NewPart, list[str]]:
    faults = []
    total, amount, no, due = yen_of(row["年税額"]), yen_of(row["期別税額"]), yen_of(row["期"]), day_of(row["納期限"])
    if not 1 <= len(row["通知書番号"]) <= 20:
        faults.append("「通知書番号」は1〜20文字で書いてください")
    for name, yen in (("年税額", total), ("期別税額", amount)):
        if not 0 <= yen <= MOST_YEN:
            faults.append(f"「{name}」は0円以上の整数で書いてください(今は「{row[name]}」)")
    if not 1 <= no <= PARTS:
        faults.append(f"「期」は1〜{PARTS}の数で書いてください(今は「{row['期']}」)")
    if due is None or not dt.date(year, 4, 1) <= due <= dt.date(year + LONGEST, 3, 31):
        faults.append(f"「納期限」は {year}-05-31 の形で、賦課年度{year}の納期限になる日を書いてください(今は「{row['納期限']}」)")
    if not 1 <= len(row["変更の理由"]) <= 100:
        faults.append("「変更の理由」は1〜100文字で書いてください。税額変更通知書に印刷します")
    number, confirm = numbers_of(row, faults)
    claim = NewClaim(line, row["通知書番号"], total, row["変更の理由"], lines_of(row, faults))
    return claim, NewPart(line, no, amount, due or dt.date.min, number, confirm), faults


def read(data: bytes, *, year: int, names: Mapping[str, str]) -> list[NewClaim]:
    """All 通知書 of a file that changes them, in its order. ``names`` are the city's own names of columns. Raises SheetWrong with every
    error."""
    claims: dict[str, NewClaim] = {}
    numbers: dict[str, int] = {}
    faults: list[str] = []
    for line, row in rows_of(data, COLUMNS, names, optional=(*OPTIONAL, *LINES)):
        if isinstance(row, str):
            faults.append(f"{line}行目 {row}")
            continue
        fresh, part, wrong = _judged(row, line, year)
        claim = claims.setdefault(fresh.notice, fresh)
        if (claim.amount, claim.why, claim.lines) != (fresh.amount, fresh.why, fresh.lines):
            wrong.append(f"通知書番号「{fresh.notice}」の年税額・変更の理由・内訳が{claim.line}行目と違います。揃えてください")
        if any(p.no == part.no for p in claim.parts):
            wrong.append(f"通知書番号「{fresh.notice}」の{part.no}期が2つあります。どちらかを消してください")
        if part.number and numbers.setdefault(part.number, line) != line:
            wrong.append(f"納付番号は{numbers[part.number]}行目と同じです。どちらかを直してください")
        claim.parts.append(part)
        faults += [f"{line}行目 {w}" for w in wrong]
    if not claims and not faults:
        faults.append("1行目 通知書が1つもありません。中身のあるファイルを指定してください")
    faults += [fault for claim in claims.values() if not faults for fault in _added(claim)]
    if faults:
        raise SheetWrong(faults)
    return list(claims.values())


def _added(claim: NewClaim) -> list[str]:
    """What only a whole 通知書 shows."""
    total, dues, out = sum(p.amount for p in claim.parts), [p.due for p in sorted(claim.parts, key=lambda p: p.no)], []
    if total != claim.amount:
        out.append(f"{claim.line}行目 通知書番号「{claim.notice}」の期別税額の合計{total:,}円が、年税額{claim.amount:,}円と違います")
    if dues != sorted(dues):
        out.append(f"{claim.line}行目 通知書番号「{claim.notice}」の納期限が、期の順になっていません")
    return out
