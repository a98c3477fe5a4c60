"""The languages of the residents' pages: which one this request is drawn in, and the words of its catalogue."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from markupsafe import Markup

from madoguchi.kernel import kinds
from madoguchi.kernel.amounts import Month, Number, Yen
from madoguchi.kernel.counters import marked, settled
from madoguchi.kernel.eras import wareki
from madoguchi.kernel.said import KANA, Words, drawn, key_of, speaking, with_readings

LOCALE = Path(__file__).parents[1] / "locale"
COOKIE = "ui_lang"
READINGS_COOKIE = "ui_ruby"


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` in cookies and filings, ``name`` in itself, ``html`` for the lang attribute; ``read`` is the name with
    readings in 《》, where it has kanji."""

    code: str
    name: str
    html: str
    read: str = ""

    def shown(self) -> str:
        """The name as the page being drawn writes it."""
        return Words(self.read or self.name) if current() is FURIGANA or current().code == "ja-easy" else self.name


LANGUAGES = {x.code: x for x in (
    Language("ja", "日本語", "ja", "日本語《にほんご》"),
    Language("ja-easy", "やさしい日本語", "ja", "やさしい日本語《にほんご》"),
    Language("en", "English", "en"), Language("zh-hans", "简体中文", "zh-Hans"),
    Language("vi", "Tiếng Việt", "vi"), Language("pt", "Português", "pt"),
)}
# Japanese with readings over its kanji: spoken like a language, chosen by a switch and not in the menu (docs/adr/0027)
FURIGANA = Language("ja-ruby", "日本語", "ja")
BABEL = {"en": "en_GB", "zh-hans": "zh_Hans", "vi": "vi", "pt": "pt_BR"}
# between words that are put side by side
LATIN = {"、": ", ", "。": ". ", "：": ": ", "（": " (", "）": ")", "｜": " | ", "　": " · ", "〜": "–", "「": "“", "」": "”"}
MARKS = {"en": LATIN, "vi": LATIN, "pt": LATIN, "zh-hans": {"〜": "～", "「": "“", "」": "”"}}
JAPANESE = LANGUAGES["ja"]
TRANSLATED = tuple(code for code in LANGUAGES if code != "ja")
ERA_READINGS = {"令和": "れいわ", "平成": "へいせい", "昭和": "しょうわ", "大正": "たいしょう", "明治": "めいじ"}
_now: ContextVar[Language] = ContextVar("language", default=JAPANESE)
_tables: ContextVar[tuple[Mapping[str, str], ...]] = ContextVar("tables", default=())


@functools.cache
def catalogue(code: str) -> dict[str, str]:
    """Japanese → translation of one language, read once a process (5 ms; docs/adr/0012)."""
    from babel.messages.pofile import read_po

    path = LOCALE / code / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        found = {str(m.id): kinds.spoken(str(m.string), code) for m in read_po(file) if m.id and m.string and not m.fuzzy}
    return found if kinds.current() == kinds.CITY else {**{kinds.ours(source): text for source, text in found.items()}, **found}


def current() -> Language:
    """The language that is being drawn."""
    return _now.get()


def wanted(request: HttpRequest) -> Language:
    """What this person chose; pages of the staff are Japanese."""
    if request.path.startswith("/staff/"):
        return JAPANESE
    chosen = LANGUAGES.get(request.COOKIES.get(COOKIE, ""), JAPANESE)
    return FURIGANA if chosen is JAPANESE and request.COOKIES.get(READINGS_COOKIE) == "on" else chosen


def recorded() -> str:
    """The code that a filing and its mails keep: readings are a way of drawing Japanese, not a language."""
    return JAPANESE.code if current() is FURIGANA else current().code


def word(text: str) -> str | None:
    """A Japanese text in the language being drawn: of the catalogue, or of the tables lent to this request."""
    if text in LATIN:
        return MARKS.get(current().code, {}).get(text, text)
    found = catalogue(current().code).get(text)
    if found is not None:
        return found
    key = key_of(text)
    found = next((table[key] for table in _tables.get() if key in table), None)
    return text if found is None and current() is FURIGANA else found  # without a reading it is Japanese all the same


def day(value: dt.date) -> str:
    """令和8年11月20日, 20 November 2026 …"""
    babel = BABEL.get(current().code)
    if babel:
        from babel.dates import format_date  # only pages in other languages need it

        return format_date(value, format="long", locale=babel)
    if current().code == "ja-easy":
        return Words(with_readings_of(f"{value.year}年{value.month}月{value.day}日"))
    return Words(with_readings_of(wareki(value))) if current() is FURIGANA else wareki(value)


def with_readings_of(words: str) -> str:
    """A day in Japanese (令和8年11月20日, 令和8年11月) with readings in 《》."""
    year, _, rest = words.partition("年")
    month, _, day_of_month = rest.partition("月")
    era = year.rstrip("0123456789元")
    number = year.removeprefix(era)
    told = (f"{era}《{ERA_READINGS[era]}》" if era else "") + ("元年《がんねん》" if number == "元" else f"{number}年《ねん》")
    return f"{told}{month}月《がつ》" + (marked(day_of_month.removesuffix("日"), "日", of_month=True) if day_of_month else "")


def month(value: Month) -> str:
    """令和8年11月, November 2026 …"""
    babel = BABEL.get(current().code)
    if babel:
        from babel.dates import format_skeleton

        return str(format_skeleton("yMMMM", value.first, locale=babel))
    if current() is FURIGANA:
        return Words(with_readings_of(value.ja))
    return Words(with_readings_of(f"{value.first.year}年{value.first.month}月")) if current().code == "ja-easy" else value.ja


def yen(value: Yen) -> str:
    """6万5,000円, 65,000 yen …"""
    if current() is JAPANESE:
        return value.ja
    return (word("{yen}円") or "{yen}円").format(yen=grouped(value.amount))


def number(value: Number) -> str:
    """65,000; 65.000 in Vietnamese and Portuguese."""
    return grouped(value.amount)


def grouped(number: float) -> str:
    """65,000; 65.000 in Vietnamese and Portuguese."""
    babel = BABEL.get(current().code)
    if not babel:
        return f"{number:,}"
    from babel.numbers import format_decimal

    return format_decimal(number, locale=babel)


def foreign(run: str) -> bool:
    """Whether Japanese words stand out in a text of the language being drawn: in Chinese only kana does."""
    code = current().code
    return code in BABEL and (code != "zh-hans" or KANA.search(run) is not None)


class _Voice:
    """What the words of the kernel ask of a language."""

    foreign = staticmethod(foreign)
    word, day, month, yen = staticmethod(word), staticmethod(day), staticmethod(month), staticmethod(yen)
    number = staticmethod(number)


_VOICE = _Voice()


@contextlib.contextmanager
def drawing(language: Language) -> Iterator[None]:
    """Everything inside is drawn in this language."""
    now, tables = _now.set(language), _tables.set(())
    try:
        with speaking(None if language is JAPANESE else _VOICE):
            yield
    finally:
        _tables.reset(tables)
        _now.reset(now)


def lend(table: Mapping[str, str]) -> None:
    """Words of a definition or a city for the rest of this request: names inside sentences are looked up there too."""
    if table and table not in _tables.get():
        _tables.set((*_tables.get(), table))


def gettext(text: str) -> str:
    """For templates: the words of the catalogue, with readings drawn; Japanese, marked as such, where none are."""
    if current() is JAPANESE:
        return text
    if text in LATIN:
        return word(text) or text
    found = catalogue(current().code).get(text)
    if found is None and current() is FURIGANA:
        return text
    return Markup('<span lang="ja">{}</span>').format(Markup(text)) if found is None else _drawn(found)  # noqa: S704 - our own text


def ngettext(one: str, many: str, count: int) -> str:
    """Japanese counts without plural forms, so do our catalogues."""
    return gettext(one)


def finished(text: Markup) -> Markup:
    """A sentence of a template with its arguments in it: counters get the reading of the number that stands there now."""
    read = "《" in text and (current() is FURIGANA or current().code == "ja-easy")
    return Markup(with_readings(settled(str(text)))) if read else text  # noqa: S704 - is Markup


def _drawn(text: str) -> Markup:
    """A text of the catalogue; it may hold the tags of its source."""
    return drawn_in(current().code, text)


@functools.lru_cache(maxsize=4096)
def drawn_in(_: str, text: str) -> Markup:
    """The same, remembered for the language being drawn: one text may stand in the catalogues of two."""
    return drawn(text)


def context(request: HttpRequest | None = None) -> dict[str, Any]:
    """Template context: the language of the page and those one can choose."""
    now = current()
    return {"language": JAPANESE if now is FURIGANA else now, "languages": LANGUAGES.values(), "furigana": now is FURIGANA}


__all__ = ["FURIGANA", "LANGUAGES", "TRANSLATED", "Language", "catalogue", "current", "day", "drawing", "finished",
           "gettext", "lend",
           "recorded", "wanted", "word"]
