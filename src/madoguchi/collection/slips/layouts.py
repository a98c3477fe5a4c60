"""How digits are laid out, as data: slips/profiles/numbers-*.yaml, with its source and whether it was verified."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madoguchi.procedures.rules import yaml_strict

FOLDER = Path(__file__).resolve().parent / "profiles"
NUMBERS = "numbers-2026-11"
KINDS = {"数字", "金額", "年度", "日", "短い日", "検査", "CRC", "以内"}


class ProfileWrong(ValueError):
    """A profile cannot be used; the message says file, line and what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its place follows from the lengths before it."""

    name: str
    ja: str
    start: int
    length: int
    fixed: str | None
    kind: str

    @property
    def end(self) -> int:
        """Where the next field begins."""
        return self.start + self.length

    @property
    def place(self) -> str:
        """Digits as people count them."""
        return f"{self.start + 1}～{self.end}桁目" if self.length > 1 else f"{self.end}桁目"


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one number, and where that is known from."""

    ja: str
    verified: bool
    source: str
    digits: int
    fields: tuple[Field, ...]
    limit: int | None
    modules: int | None
    grade: str
    sizes: dict[str, float]

    def field(self, name: str) -> Field:
        """A field by its name."""
        return next(f for f in self.fields if f.name == name)

    def span(self, first: str, last: str) -> slice:
        """The digits from one field to the end of another."""
        return slice(self.field(first).start, self.field(last).end)


def read_profile(path: Path) -> dict[str, Any]:
    """One profile file as text values."""
    table, problems = yaml_strict.load(path.read_text(encoding="utf-8"), path.name)
    if problems:
        raise ProfileWrong(str(problems[0]))
    return table


def layout_of(table: dict[str, Any], file: str) -> Layout:
    """A layout from the table of a file."""
    fields: list[Field] = []
    at = 0
    for row in table["欄"]:
        length, fixed, kind = int(row["桁"]), row.get("値"), row.get("種", "")
        if (fixed is None) == (not kind) or (kind and kind not in KINDS):
            raise ProfileWrong(f"{file}: 欄「{row['名']}」には「値」か「種」（{'・'.join(sorted(KINDS))}）のどちらか一つを書いてください")
        if fixed is not None and (len(fixed) != length or not fixed.isdecimal()):
            raise ProfileWrong(f"{file}: 欄「{row['名']}」の値を{length}桁の数字にしてください")
        fields.append(Field(str(row["名"]), str(row["見出し"]), at, length, None if fixed is None else str(fixed), str(kind)))
        at += length
    digits = int(table.get("桁数", at))
    if digits != at:
        raise ProfileWrong(f"{file}: 欄の桁の合計は{at}桁です。「桁数」の{digits}桁に合わせてください")
    if table["確認"] not in ("確認済", "未確認"):
        raise ProfileWrong(f"{file}: 「確認」は「確認済」か「未確認」と書いてください")
    return Layout(
        str(table["見出し"]), table["確認"] == "確認済", str(table["出典"]), digits, tuple(fields),
        int(table["上限"]) if "上限" in table else None, int(table["QR"]["モジュール"]) if "QR" in table else None,
        f"{table['QR']['型番']}-{table['QR']['誤り訂正']}" if "QR" in table else "",
        {str(key): float(value) for key, value in table.get("寸法", {}).items()},
    )


@functools.cache
def layouts(name: str = NUMBERS) -> dict[str, Layout]:
    """All layouts of a numbers profile: el_qr, cvs, payeasy."""
    file = f"{name}.yaml"
    table = read_profile(FOLDER / file)
    if table.get("版") != name:
        raise ProfileWrong(f"{file}: 「版」をファイル名と同じ「{name}」にしてください")
    return {key: layout_of(value, file) for key, value in table.items() if isinstance(value, dict)}
