"""宛名のデータ: where letters go from now on, one line per 宛名番号, judged whole before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .demand_sheet import addressee_faults, rows_of
from .errors import SheetWrong

COLUMNS = ("宛名番号", "氏名", "郵便番号", "住所", "方書")


@dataclass(frozen=True, slots=True)
class Name:
    """Who gets the letters of a 宛名番号, and where."""

    line: int
    payer: str
    name: str
    zip: str
    address: str
    building: str

    @property
    def said(self) -> tuple[str, str, str, str]:
        """As it stands on a demand."""
        return self.name, self.zip, self.address, self.building


def read(data: bytes, *, names: Mapping[str, str]) -> list[Name]:
    """All 宛名 of a file, in its order. ``names`` are the city's own names of columns. Raises SheetWrong with every error."""
    found, faults = dict[str, Name](), list[str]()
    for line, row in rows_of(data, COLUMNS, names):
        if isinstance(row, str):
            faults.append(f"{line}行目 {row}")
            continue
        faults += [f"{line}行目 {words}" for words in addressee_faults(row)]
        fresh = Name(line, row["宛名番号"], row["氏名"], row["郵便番号"].replace("-", ""), row["住所"], row["方書"])
        if found.setdefault(fresh.payer, fresh) is not fresh:
            faults.append(f"{line}行目 宛名番号「{fresh.payer}」は{found[fresh.payer].line}行目にもあります。どちらかを消してください")
    if not found and not faults:
        faults.append("1行目 宛名が1つもありません。中身のあるファイルを指定してください")
    if faults:
        raise SheetWrong(faults)
    return list(found.values())
