"""Dates in 和暦 and 西暦: 日付 生年月日 年月."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from madoguchi.kernel import amounts
from madoguchi.kernel.eras import ERAS, era_of, wareki
from madoguchi.kernel.said import say

from ..model import Question
from .base import Fault, FieldType, Get, Part, narrow, register

__all__ = ["BirthDate", "Date", "Month", "era_of", "wareki"]
_BASE = {key: base for key, _, _, base in ERAS} | {"ad": 0}
_LETTER = {"令和": "r", "平成": "h", "昭和": "s", "大正": "t", "明治": "m", "西暦": "ad"}
_ONE_SIGN = {0x32FF: "令和", 0x337B: "平成", 0x337C: "昭和", 0x337D: "大正", 0x337E: "明治"}
_ERA_WORD = "(令和|平成|昭和|大正|明治|西暦|[RrHhSsTtMm])?"
_WHOLE = re.compile(rf"({_ERA_WORD}\s*(?:元|\d{{1,4}}))\s*[年./-]\s*(\d{{1,2}})\s*(?:[月./-]\s*(?:(\d{{1,2}})日?)?)?")


@register
class Date(FieldType):
    """日付, kept as YYYY-MM-DD."""

    name = "日付"
    widget = "date"
    parts: tuple[Part, ...] = (
        Part("era", say("元号")), Part("y", say("年"), "numeric", width="w4"), Part("m", say("月"), "numeric", width="w3"),
        Part("d", say("日"), "numeric", width="w3"),
    )
    month_only = False

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        era, year, month, day = (narrow(get(p)) for p in ("era", "y", "m", "d"))
        if not any((year, month, day)):
            return None, []
        year = year.translate(_ONE_SIGN)
        if whole := _WHOLE.fullmatch(year) if not month and not day else None:  # all of it typed (or put in) where the year goes
            year, month, day = whole[1], whole[3], whole[4] or ""
        match = re.fullmatch(rf"{_ERA_WORD}\s*(元|\d{{1,4}})年?", year)
        if not match:
            return None, self.fault(q, say("{label}の「年」は、数字で入力してください(例: 8、元、2026)", label=q.label), "y")
        if match[1]:
            era = _LETTER.get(match[1], match[1].lower())
        number = 1 if match[2] == "元" else int(match[2])
        if number >= 1868:
            era = "ad"
        if era not in _BASE:
            return None, self.fault(q, say("{label}の元号か西暦を選んでください", label=q.label), "era")
        if not re.fullmatch(r"\d{1,2}月?", month) or not 1 <= int(month.rstrip("月")) <= 12:
            return None, self.fault(q, say("{label}の「月」は、1から12までの数字で入力してください", label=q.label), "m")
        if self.month_only:
            day = "1"
        if not re.fullmatch(r"\d{1,2}日?", day) or not 1 <= int(day.rstrip("日")) <= 31:
            return None, self.fault(q, say("{label}の「日」は、1から31までの数字で入力してください", label=q.label), "d")
        try:
            value = dt.date(_BASE[era] + number, int(month.rstrip("月")), int(day.rstrip("日")))
        except ValueError:
            return None, self.fault(q, say("{label}の日付がカレンダーにありません。年月日を確認してください", label=q.label), "d")
        if era != "ad" and not self._in_era(era, value):
            return None, self.fault(q, say("{label}の元号と年が合いません。{day}ではありませんか", label=q.label, day=value), "y")
        return self._keep(value), []

    def _in_era(self, era: str, value: dt.date) -> bool:
        # the last year of an era is often written with the era that was to come or had gone: only wild ones are refused
        first = next(f for key, _, f, _ in ERAS if key == era)
        later = [f for key, _, f, _ in ERAS if f > first]
        return value.year >= first.year and (not later or value.year <= min(later).year)

    def _keep(self, value: dt.date) -> str:
        return value.isoformat()

    def _day(self, value: Any) -> dt.date | None:
        try:
            return dt.date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII) else None
        except (TypeError, ValueError):
            return None

    def check(self, value: Any, q: Question) -> list[Fault]:
        day = self._day(value)
        if day is None:
            return self.fault(q, say("{label}を年月日で入力してください", label=q.label), "y")
        low, high = self._day(q.low) or dt.date(1873, 1, 1), self._day(q.high) or dt.date(2199, 12, 31)
        if day < low:
            return self.fault(q, say("{label}は{day}以後の日付を入力してください", label=q.label, day=low), "y")
        if day > high:
            return self.fault(q, say("{label}は{day}までの日付を入力してください", label=q.label, day=high), "y")
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        out: dict[str, Any] = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        return out | {"formatMinimum": q.low or "1873-01-01", "formatMaximum": q.high or "2199-12-31"}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        day = self._day(value)
        if day is None:
            return {}
        key, _, year = era_of(day)
        if key == "m":  # no button for 明治: nobody alive was born then
            key, year = "ad", day.year
        return {"era": key, "y": "元" if year == 1 and key != "ad" else str(year), "m": str(day.month), "d": str(day.day)}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        day = self._day(value)
        if day is None or part == "西暦" or (machine and part != "和暦"):
            return str(value)
        return say("{day}", day=day)


@register
class BirthDate(Date):
    """生年月日."""

    name = "生年月日"


@register
class Month(Date):
    """年月, kept as YYYY-MM."""

    name = "年月"
    parts = Date.parts[:3]
    month_only = True

    def _keep(self, value: dt.date) -> str:
        return value.isoformat()[:7]  # strftime writes no zeros before a year of three digits

    def _day(self, value: Any) -> dt.date | None:
        return super()._day(f"{value}-01") if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value) else None

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "formatMinimum": q.low or "1873-01",
                "formatMaximum": q.high or "2199-12"}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        day = self._day(value)
        return str(value) if machine or day is None else say("{month}", month=amounts.Month(day))
