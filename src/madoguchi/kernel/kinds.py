"""What kind of municipality this is. The words of the program and of the common definitions are those of a 市; for a 町, 村 or 区 they are
turned here (市役所 → 町役場, 市長 → 町長, city → town), also in the other languages; those of a 県 in 都, 道 and 府 (県知事 → 都知事). What a
city pack, a person or a law wrote is never given to this module.

A kind is one letter, 市町村区, and behind it that of the prefecture where it is no 県: 町, 区都, 市府."""

from __future__ import annotations

import re
from collections.abc import Callable

CITY = "市"
OFFICE = {"町": ("町役場", "まちやくば"), "村": ("村役場", "むらやくば"), "区": ("区役所", "くやくしょ")}
READINGS = {"町": ("まち", "ちょう"), "村": ("むら", "そん"), "区": ("く", "く")}  # alone, and before another word
ENGLISH = {"町": ("town", "hall"), "村": ("village", "hall"), "区": ("ward", "office")}
VIETNAMESE = {"町": ("thị trấn", "trưởng thị trấn"), "村": ("làng", "trưởng làng"), "区": ("quận", "quận trưởng")}  # itself, its mayor
VIETNAMESE_OFFICE = "văn phòng hành chính"  # a tòa thị chính is that of a city
PREFECTURE = "県"
PREFECTURES = {"都": "と", "道": "どう", "府": "ふ"}
WARD_TAX = "特別区民税"  # 地方税法1条2項: what of a 市 is 市民税
CHINESE = {"町": "町公所", "村": "村公所", "区": "区政府"}

# 市の, 市長, 市民税, 本市; not 市町村, 市区町村, 都市, 他市, 市場, 市外局番 nor a name (金沢市, 市川)
_JA = re.compile(r"(?<![一-鿿々ヶ○〇])市(?![町区場販街況川原橋野村島]|[外内]局番)|(?<=[本当])市(?![町区])")
_JA_TAX = re.compile(r"(?<![一-鿿々ヶ])市民税")
_JA_ABOVE = re.compile(r"(?<![一-鿿々ヶ○〇])(?<!ほかの)(?<!ほかの )県(?!縣)")  # 県の, 県知事; not 都道府県, 石川県, ほかの県
_NAMED = re.compile(r"((?:\}|\)s) ?)役所(?:(《)やくしょ》)?")  # {city}役所, %(city)s役所, {{ city_name }}役所: the name says 町
_RUBY = re.compile(r"((?:ほかの ?)?[○〇]*[一-鿿々ヶ]*[市県][一-鿿々ヶ]*)《([ぁ-ゖー]+)》")
_EN = re.compile(r"(?<!\{)(?<!%\()\b([Cc])it(y)\b(?! planning|, town|, ward|,? or town)( [Hh]all\b)?")
_EN_NAMED = re.compile(r"((?:\}|\)s)) Hall\b")  # {city} Hall: the name says Town
_ZH = re.compile(r"(?<![城都超门夜泽尾多他各○〇])市(政府)?(?![町村区场面街川])")
_ZH_ABOVE = re.compile(r"(?<![府川他○〇])县(?!民税)")
_VI = re.compile(r"([Tt])(hành phố|òa thị chính|hị trưởng)")

_current = CITY


def kind_of(name: str, prefecture: str = "") -> str:
    """市, 町, 村 or 区: the last letter of the name of a municipality; 市 for any other. Behind it 都, 道 or 府, where its prefecture is one."""
    above = prefecture[-1:] if prefecture[-1:] in PREFECTURES else ""
    return (name[-1:] if name[-1:] in OFFICE else CITY) + above


def adopt(kind: str) -> None:
    """From now on the program speaks as a municipality of this kind. Once, when the process starts, before sentences are made."""
    global _current
    _current = kind


def current() -> str:
    """The kind that was adopted."""
    return _current


def turned(text: str, kind: str) -> str:
    """Japanese words of the program as a municipality of this kind says them; readings in 《》 are turned as well."""
    own, above = kind[0], kind[1:] or PREFECTURE
    if kind == CITY or not (CITY in text or "役所" in text or PREFECTURE in text):
        return text
    if own in OFFICE and OFFICE[own][0].endswith("役場"):
        text = _NAMED.sub(lambda m: m[1] + "役場" + ("《やくば》" if m[2] else ""), text)

    parts, at = [], 0
    for found in _RUBY.finditer(text):
        parts += [_plain(text[at:found.start()], own, above), _with_reading(found[1], found[2], own, above)]
        at = found.end()
    return "".join([*parts, _plain(text[at:], own, above)])


def _plain(part: str, own: str, above: str) -> str:
    if above != PREFECTURE:
        part = _JA_ABOVE.sub(above, part)
    if own == CITY:
        return part
    if own == "区":
        part = _JA_TAX.sub(WARD_TAX, part)
    return _JA.sub(own, part).replace(f"{own}役所", OFFICE[own][0])


def _with_reading(words: str, reading: str, own: str, above: str) -> str:
    told = _plain(words, own, above)
    if told == words:
        return f"{words}《{reading}》"
    if words.lstrip("ほかの ○〇").startswith(PREFECTURE):
        return f"{told}《{PREFECTURES[above]}{reading.removeprefix('けん')}》"
    alone, before = READINGS[own]
    if words == "市役所":
        return f"{told}《{OFFICE[own][1]}》"
    if words == "本市":
        return f"{told}《ほん{before}》"
    if told.startswith(WARD_TAX):
        return f"{told}《とくべつく{reading.removeprefix('し')}》"
    return f"{told}《{alone if words == CITY else before + reading.removeprefix('し')}》"


def ours(text: str) -> str:
    """Japanese words of the program as this municipality says them."""
    return turned(text, _current)


def _english(text: str, own: str, above: str) -> str:
    if own == CITY:
        return text
    name, hall = ENGLISH[own]

    def one(found: re.Match[str]) -> str:
        word = name.capitalize() if found[1] == "C" else name
        if not found[3]:
            return word
        return f"{word} {hall.capitalize() if found[3][1] == 'H' else hall}"

    return _EN.sub(one, text if hall == "hall" else _EN_NAMED.sub(rf"\1 {hall.capitalize()}", text))


def _chinese(text: str, own: str, above: str) -> str:
    if above != PREFECTURE:
        text = _ZH_ABOVE.sub(above, text.replace("县民税", f"{above}民税"))
    if own == CITY:
        return text
    text = re.sub(f"{WARD_TAX}(?!・)", "特别区民税", text)  # turned as Japanese already, which quoted words (市民税・県民税) are
    return _ZH.sub(lambda m: CHINESE[own] if m[1] else own, text).replace(f"{own}政府", CHINESE[own]).replace(f"{own}役所", OFFICE[own][0])


def _vietnamese(text: str, own: str, above: str) -> str:
    if own == CITY:
        return text
    itself, mayor = VIETNAMESE[own]
    words = {"hành phố": itself, "òa thị chính": VIETNAMESE_OFFICE, "hị trưởng": mayor}
    return _VI.sub(lambda m: words[m[2]].capitalize() if m[1] == "T" else words[m[2]], text)


_SPEAK: dict[str, Callable[[str, str, str], str]] = {"en": _english, "zh-hans": _chinese, "vi": _vietnamese}


def spoken(text: str, language: str, kind: str | None = None) -> str:
    """A translation of the program's words as a municipality of this kind (this one) says it. Portuguese says prefeitura and cidade of a
    municipality of any size."""
    kind = kind or _current
    told = turned(text, kind)  # Japanese words stand in every language: (市の要綱)
    return told if kind == CITY or language not in _SPEAK else _SPEAK[language](told, kind[0], kind[1:] or PREFECTURE)
