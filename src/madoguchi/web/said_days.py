"""Days, times, amounts and lines of a page in the language it is drawn in. Japanese is `procedures.rules.say`'s."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.text import Truncator
from markupsafe import Markup, escape

from madoguchi.kernel.counters import settled
from madoguchi.kernel.said import Words, say, with_marks

from . import languages

JST = dt.timezone(dt.timedelta(hours=9))


def day(value: dt.date | dt.datetime | None) -> str:
    """令和8年11月20日, 20 November 2026 …; an instant is the day in Japan, None is empty."""
    if value is None:
        return ""
    local = value.astimezone(JST).date() if isinstance(value, dt.datetime) else value
    return languages.day(local)


def weekday(value: dt.date) -> str:
    """A day with its day of the week: 令和8年11月30日(月), Monday, 30 November 2026 …"""
    babel = languages.BABEL.get(languages.current().code)
    if babel:
        from babel.dates import format_date

        return format_date(value, format="full", locale=babel)
    name, read = "月火水木金土日"[value.weekday()], ("げつ", "か", "すい", "もく", "きん", "ど", "にち")[value.weekday()]
    return f"{day(value)}({name})" if languages.current() is languages.JAPANESE else Words(f"{day(value)}({name}《{read}》)")


def moment(value: dt.datetime | None) -> str:
    """A day with the time in Japan."""
    if value is None:
        return ""
    local = value.astimezone(JST)
    if languages.current().code in languages.BABEL:
        return f"{day(local)} {local.hour:02d}:{local.minute:02d}"
    if languages.current() is languages.JAPANESE:
        return f"{day(local)} {local.hour}時{local.minute:02d}分"
    return Words(settled(f"{day(local)} {local.hour}時《じ》{local.minute:02d}分《#》"))


def yen(value: int) -> str:
    """無料 or 1,234円."""
    return say("{yen}円", yen=languages.grouped(value)) if value else say("無料")


def size(octets: int) -> str:
    """How large a file is: 661 B is 1 KB, 1.5 MB as the language writes it."""
    unit, one = ("MB", 1 << 20) if octets >= 1 << 20 else ("KB", 1 << 10)
    return f"{languages.grouped(max(round(octets / one, 1), 1.0))}\u00a0{unit}"


def brief(text: str, limit: int) -> str:
    """Words of a definition, cut after ``limit`` letters; whole where they carry readings, which cannot be cut."""
    return say(text) if languages.current() is languages.FURIGANA else Truncator(text).chars(limit)


def lines(value: object) -> Markup:
    """Words with their line breaks, in the language being drawn."""
    text = value.__html__() if hasattr(value, "__html__") else with_marks(escape(str(value)))
    return Markup(re.sub(r"\r\n|\r|\n", "<br>", str(text)))  # noqa: S704 - escaped above
