"""Texts as tokens: what stands there, and the key by which it is compared. Two texts say the same when their keys agree.

Keys take no notice of width, spaces, accents of Latin letters, variation selectors, small kana, and of the ways in which
the same address is written (二丁目4番18号, 2-4-18). With ``shapes`` they take no notice of 異体字 either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from .glyphs import common

# a character with everything that belongs to it: half-width sound marks, combining marks, variation selectors
_CLUSTER = re.compile("[\uff66-\uff9d][\uff9e\uff9f]?|.[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*", re.DOTALL)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u30fc\uff0d\uff70-"  # the plain one last: also used inside [ ]
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text as it stands there, and its key ("" counts for nothing)."""

    raw: str
    key: str


FOLDING = 1  # raise when keys change: the next import then writes every key anew
Tokens = list[Token]
Reader = Callable[..., Tokens]


def _plain(cluster: str) -> str:
    """One cluster in its usual width and composition, without selectors. Ideographs keep their shape."""
    text = _SELECTORS.sub("", cluster)
    if re.match("[\uff00-\uffef]", text):
        text = unicodedata.normalize("NFKC", text)
    if _LATIN.match(text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        return text.replace("đ", "d").replace("Đ", "D").upper()
    if len(text) > 1:
        text = unicodedata.normalize("NFC", text)
    return text


def _shape(text: str, shapes: bool) -> str:
    return "".join(map(common, text)) if shapes else text


def katakana(text: str) -> str:
    """Hiragana to katakana, small kana to large: 住基 and cards write ッ as ツ as often as not."""
    return "".join(chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in text).translate(_SMALL)


def read_name(text: str, *, shapes: bool = False) -> Tokens:
    """A name. Spaces, middle dots and hyphens count for nothing."""
    out = []
    for cluster in _CLUSTER.findall(text):
        key = _plain(cluster)
        skip = key.isspace() or key in "・･.,'’" or key in _DASHES.replace("ー", "")
        out.append(Token(cluster, "" if skip else _shape(key, shapes)))
    return out


def read_kana(text: str, *, shapes: bool = False) -> Tokens:
    """A reading."""
    out = []
    for token in read_name(text):
        key = katakana(token.key)
        out.append(Token(token.raw, "ー" if token.raw in _DASHES and not key else key))
    return out


def read_words(text: str, *, shapes: bool = False) -> Tokens:
    """Words with numbers (a date): a number is one token."""
    return [Token(m, re.sub(r"\s", "", _plain(m) if len(m) == 1 else m)) for m in re.findall(r"\d+|\D", text)]


_NUMBER = re.compile(r"[0-9\uff10-\uff19]+")
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目|番地|番(?![町丁])|号)")
_UNIT = re.compile(rf"丁目|番地[のノ之]?|番(?![町丁])|号室|号(?!館)|[のノ之{_DASHES}]")
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラム甲乙丙丁戊己庚辛"
_IROHA_LINK = re.compile(rf"(?:部|[のノ之{_DASHES}])(?=\s*[0-9\uff10-\uff19])")
_LARGE_AZA = re.compile("大字|小字")
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}


def kanji_number(text: str) -> int:
    """二十三 is 23."""
    total = 0
    rest = text
    for unit, worth in (("百", 100), ("十", 10)):
        if unit in rest:
            front, _, rest = rest.partition(unit)
            total += (kanji_number(front) if front else 1) * worth
    digits = "".join(str(_DIGITS[c]) for c in rest if c in _DIGITS)
    return total + int(digits or 0)


def _is_kanji(text: str) -> bool:
    return "\u3400" <= text[:1] <= "\u9fff" or text[:1] >= "\U00020000" or text[:1] == "々"


def _address_step(text: str, at: int, before: str, shapes: bool) -> tuple[int, str]:
    """(end, key) of the token that begins at ``at``; ``before`` is the last key that counted."""
    if match := _NUMBER.match(text, at):
        return match.end(), str(int(unicodedata.normalize("NFKC", match[0])))
    if match := _KANJI_NUMBER.match(text, at):
        return match.end(), str(kanji_number(match[0]))
    if before.isdecimal() and (match := _UNIT.match(text, at)):
        return match.end(), "-"
    if before in _IROHA and before and (match := _IROHA_LINK.match(text, at)):
        return match.end(), ""
    if match := _LARGE_AZA.match(text, at):
        return match.end(), ""
    cluster = _CLUSTER.match(text, at)
    assert cluster is not None
    key = _plain(cluster[0])
    after = text[cluster.end():cluster.end() + 1]
    if key.isspace():
        return cluster.end(), "-" if before.isdecimal() else ""
    if key == "字" and before in ("町", "村", "市"):
        return cluster.end(), ""
    if _is_kanji(before) and _is_kanji(after):
        key = {"ヶ": "ケ", "け": "ケ", "が": "ケ", "ガ": "ケ", "の": "ノ", "之": "ノ"}.get(key, key)
    if key in _DASHES.replace("ー", ""):
        key = "-"
    return cluster.end(), _shape(katakana(key), shapes)


def read_address(text: str, *, shapes: bool = False) -> Tokens:
    """An address or the name of a building. A hyphen counts between numbers only."""
    out: Tokens = []
    at, before = 0, ""
    while at < len(text):
        end, key = _address_step(text, at, before, shapes)
        out.append(Token(text[at:end], key))
        before, at = key or before, end
    following = ""
    for i in range(len(out) - 1, -1, -1):
        if out[i].key == "-" and not following.isdecimal():
            out[i] = Token(out[i].raw, "")
        following = out[i].key or following
    return out


def key_of(tokens: Iterable[Token]) -> str:
    """All that counts, in one string."""
    return "".join(t.key for t in tokens)


def latin_key(text: str) -> str:
    """The words of a name in Latin letters in one order, whatever order they came in; "" for any other name."""
    tokens = [t for t in read_name(text) if t.key]
    if not tokens or not all(_LATIN.match(t.key) for t in tokens):
        return ""
    return " ".join(sorted(filter(None, (key_of(read_name(word)) for word in re.split(r"[\s\u3000,]+", text)))))


def name_key(text: str) -> str:
    """For finding."""
    return latin_key(text) or key_of(read_name(text, shapes=True))


def kana_key(text: str) -> str:
    """For finding."""
    return key_of(read_kana(text))


@lru_cache(maxsize=512)
def city_key(text: str) -> str:
    """市区町村 without its prefecture."""
    return re.sub("^(?:東京都|北海道|(?:京都|大阪)府|.{2,3}?県)", "", key_of(read_address(text, shapes=True)))


def place_key(city: str, town: str, lot: str) -> str:
    """町字 and 番地, for finding; the city is left off where it was written into the 町名 once more."""
    key = key_of(read_address(town + lot, shapes=True))
    for front in filter(None, (_whole_city_key(city), city_key(city))):
        key = key.removeprefix(front)
    return key


@lru_cache(maxsize=512)
def _whole_city_key(text: str) -> str:
    return key_of(read_address(text, shapes=True))


def building_key(text: str) -> str:
    """方書, for finding."""
    return key_of(read_address(text, shapes=True))
