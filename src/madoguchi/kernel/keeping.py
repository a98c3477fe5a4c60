"""文書の保存期間: how long a case is kept, as Japanese municipalities count. Plain Python.

The term counts from the first day of the fiscal year (年度, April to March: 地方自治法208条1項) after the one in which the
case was last dealt with, and is given in whole years or as 永年.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re

FOREVER = 0
LONGEST = 100


def years_read(text: str) -> int | None:
    """「5年」 → 5, 「永年」 → FOREVER, anything else None."""
    if text == "永年":
        return FOREVER
    match = re.fullmatch(r"([1-9][0-9]{0,2})年", text)
    return int(match[1]) if match and int(match[1]) <= LONGEST else None


def fiscal_year(day: dt.date) -> int:
    """年度."""
    return day.year if day.month >= 4 else day.year - 1


def year_typed(text: str) -> int:
    """The 年度 of a command's ``--year``. Raises ArgumentTypeError, which says what to write."""
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise argparse.ArgumentTypeError(f"年度は西暦4桁で書いてください(例: 2026。今は「{text[:20]}」)")
    return int(text)


def goes_on(last: dt.date, years: int) -> dt.date:
    """The first day on which what was last dealt with on ``last`` may be destroyed."""
    return dt.date(fiscal_year(last) + 1 + years, 4, 1)


def last_before(today: dt.date, years: int) -> dt.date:
    """What was last dealt with before this day has had its years by today."""
    return dt.date(fiscal_year(today) - years, 4, 1)
