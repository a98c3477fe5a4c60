"""What kind of municipality this is. The words of the program and of the common definitions are those of a 市; for a 町, 村 or 区 they are
turned here (市役所 → 町役場, 市長 → 町長, city → town), also in the other languages. What a city pack, a person or a law wrote is never
given to this module."""

from __future__ import annotations

import re
from collections.abc import Callable

CITY = "市"
OFFICE = {"町": ("町役場", "まちやくば"), "村": ("村役場", "むらやくば"), "区": ("区役所", "くやくしょ")}
READINGS = {"町": ("まち", "ちょう"), "村": ("むら", "そん"), "区": ("く", "く")}  # alone, and before another word
ENGLISH = {"町": ("town", "hall"), "村": ("village", "hall"), "区": ("ward", "office")}
VIETNAMESE = {"町": "thị trấn", "村": "làng", "区": "quận"}
CHINESE = {"町": "町公所", "村": "村公所", "区": "区政府"}

# 市の, 市長, 市民税, 本市; not 市町村, 市区町村, 都市, 他市, 市場, 市外局番 nor a name (金沢市, 市川)
_JA = re.compile(r"(?<![一-鿿々ヶ])市(?![町区場販街況川原橋野村島]|[外内]局番)|(?<=[本当])市(?![町区])")
_NAMED = re.compile(r"((?:\}|\)s) ?)役所(?:(《)やくしょ》)?")  # {city}役所, %(city)s役所, {{ city_name }}役所: the name says 町
_RUBY = re.compile(r"([一-鿿々ヶ]*市[一-鿿々ヶ]*)《([ぁ-ゖー]+)》")
_EN = re.compile(r"(?<!\{)(?<!%\()\b([Cc])it(y)\b(?! planning|, town|, ward|,? or town)( [Hh]all\b)?")
_ZH = re.compile(r"(?<![城都超门夜泽尾多他各])市(政府)?(?![町村区场面街川])")
_VI = re.compile(r"([Tt])hành phố")

_current = CITY


def kind_of(name: str) -> str:
    """市, 町, 村 or 区: the last letter of the name of a municipality; 市 for any other."""
    return name[-1:] if name[-1:] in OFFICE else CITY


def adopt(kind: str) -> None:
    """From now on the program speaks as a municipality of this kind. Once, when the process starts, before sentences are made."""
    global _current
    _current = kind


def current() -> str:
    """The kind that was adopted."""
    return _current


def turned(text: str, kind: str) -> str:
    """Japanese words of the program as a municipality of this kind says them; readings in 《》 are turned as well."""
    if kind == CITY or not (CITY in text or "役所" in text):
        return text
    office, read = OFFICE[kind]
    if office.endswith("役場"):
        text = _NAMED.sub(lambda m: m[1] + "役場" + ("《やくば》" if m[2] else ""), text)

    def plain(part: str) -> str:
        return _JA.sub(kind, part).replace(f"{kind}役所", office)

    def with_reading(found: re.Match[str]) -> str:
        words, reading = found[1], found[2]
        told = plain(words)
        if told == words:
            return found[0]
        alone, before = READINGS[kind]
        if words == "市役所":
            return f"{office}《{read}》"
        if words == "本市":
            return f"{told}《ほん{before}》"
        return f"{told}《{alone if words == CITY else before + reading.removeprefix('し')}》"

    parts, at = [], 0
    for found in _RUBY.finditer(text):
        parts += [plain(text[at:found.start()]), with_reading(found)]
        at = found.end()
    return "".join([*parts, plain(text[at:])])


def ours(text: str) -> str:
    """Japanese words of the program as this municipality says them."""
    return turned(text, _current)


def _english(text: str, kind: str) -> str:
    name, hall = ENGLISH[kind]

    def one(found: re.Match[str]) -> str:
        word = name.capitalize() if found[1] == "C" else name
        if not found[3]:
            return word
        return f"{word} {hall.capitalize() if found[3][1] == 'H' else hall}"

    return _EN.sub(one, text)


def _chinese(text: str, kind: str) -> str:
    return _ZH.sub(lambda m: CHINESE[kind] if m[1] else kind, text).replace(f"{kind}政府", CHINESE[kind]).replace(f"{kind}役所", OFFICE[kind][0])


def _vietnamese(text: str, kind: str) -> str:
    name = VIETNAMESE[kind]
    return _VI.sub(lambda m: name.capitalize() if m[1] == "T" else name, text)


_SPEAK: dict[str, Callable[[str, str], str]] = {"en": _english, "zh-hans": _chinese, "vi": _vietnamese}


def spoken(text: str, language: str, kind: str | None = None) -> str:
    """A translation of the program's words as a municipality of this kind (this one) says it. Portuguese says prefeitura and cidade of a
    municipality of any size."""
    kind = kind or _current
    told = turned(text, kind)  # Japanese words stand in every language: (市の要綱)
    return told if kind == CITY or language not in _SPEAK else _SPEAK[language](told, kind)
