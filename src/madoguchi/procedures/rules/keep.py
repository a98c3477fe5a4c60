"""保存: for how long the cases of a procedure are kept, where it differs from what the city says for its 種別."""

from __future__ import annotations

from typing import Any

from madoguchi.kernel.keeping import LONGEST, years_read

from .yaml_strict import Table


def keep_years(read: Any, table: Table) -> int | None:
    """The years of 審査 → 保存 (「5年」, 「永年」); None when nothing is written. ``read`` is build.Reader."""
    text = read.text(table, "保存")
    years = years_read(text) if text else None
    if text and years is None:
        read.say(table.line_of("保存"), f"「保存」は「5年」のような1〜{LONGEST}の年数か「永年」で書いてください(今は「{text}」)")
    return years
