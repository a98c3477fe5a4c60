"""Small words of every page: days, times and amounts as people in a Japanese city hall write them."""

from __future__ import annotations

import datetime as dt

from .fields.dates import wareki

JST = dt.timezone(dt.timedelta(hours=9))
_DAYS = "月火水木金土日"


def jdate(value: dt.date | dt.datetime | None) -> str:
    """令和8年11月20日 (of an instant: the day in Japan); empty for None."""
    if value is None:
        return ""
    day = value.astimezone(JST).date() if isinstance(value, dt.datetime) else value
    return wareki(day)


def jtime(value: dt.datetime | None) -> str:
    """令和8年11月20日 14時05分, in Japan."""
    if value is None:
        return ""
    local = value.astimezone(JST)
    return f"{jdate(local)} {local.hour}時{local.minute:02d}分"


def shortday(value: dt.date | None) -> str:
    """11/20(金)."""
    return f"{value.month}/{value.day}({_DAYS[value.weekday()]})" if value else ""


def yen(value: int) -> str:
    """無料 or 1,234円."""
    return f"{value:,}円" if value else "無料"


def megabytes(size: int) -> int:
    """Whole megabytes, as people count them."""
    return size // 1_000_000
