"""保存 and 期限の知らせ: where a procedure differs from what the city says for all of them."""

from __future__ import annotations

from typing import Any

from madoguchi.kernel.keeping import LONGEST, years_read

from .yaml_strict import Table


def keep_years(read: Any, table: Table) -> int | None:
    """The years of 審査 → 保存 (「5年」, 「永年」); None when nothing is written. ``read`` is reader.Reader."""
    text = read.text(table, "保存")
    years = years_read(text) if text else None
    if text and years is None:
        read.say(table.line_of("保存"), f"「保存」は「5年」のような1〜{LONGEST}の年数か「永年」で書いてください(今は「{text}」)")
    return years


MOST_WARN = 30  # open days


def warn_days(read: Any, table: Table) -> int | None:
    """Open days before the due day on which 審査 → 期限の知らせ reports a case; None when nothing is written."""
    text = read.text(table, "期限の知らせ")
    days = int(text) if text and text.isdecimal() and len(text) < 3 else None
    if text and (days is None or not 1 <= days <= MOST_WARN):
        read.say(table.line_of("期限の知らせ"), f"「期限の知らせ」は、期限の何開庁日前かを1〜{MOST_WARN}の数で書いてください(今は「{text}」)")
        return None
    return days
