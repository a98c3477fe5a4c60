"""Japanese eras (元号): a day in words. Plain Python, for pages, letters and rules of every room."""

from __future__ import annotations

import datetime as dt

# first day of each era and the Gregorian year before its year one (元号法, 各改元政令; 明治 from the solar calendar on)
ERAS = (
    ("r", "令和", dt.date(2019, 5, 1), 2018), ("h", "平成", dt.date(1989, 1, 8), 1988),
    ("s", "昭和", dt.date(1926, 12, 25), 1925), ("t", "大正", dt.date(1912, 7, 30), 1911),
    ("m", "明治", dt.date(1873, 1, 1), 1867),
)


def era_of(day: dt.date) -> tuple[str, str, int]:
    """(key, name, year in the era) of a day; days before 1873 stay Gregorian."""
    for key, name, first, base in ERAS:
        if day >= first:
            return key, name, day.year - base
    return "ad", "西暦", day.year


def wareki(day: dt.date) -> str:
    """令和8年11月20日; the first year is 元年."""
    key, name, year = era_of(day)
    words = "元" if year == 1 and key != "ad" else str(year)
    return f"{name if key != 'ad' else ''}{words}年{day.month}月{day.day}日"
