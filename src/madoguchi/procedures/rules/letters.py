"""Letters of a search made the same: width, case, kana, kanji variants, spellings, diacritics; and how far two words are apart."""

from __future__ import annotations

import re
import unicodedata

import jaconv

_VARIANTS = str.maketrans("髙﨑邉邊齋齊澤濱廣龍國縣證罹", "高崎辺辺斎斎沢浜広竜国県証り")
# words that people and forms write now with kanji, now with kana, now without 送り仮名
_SPELLINGS = (
    ("子供", "こども"), ("子ども", "こども"), ("車椅子", "車いす"), ("引っ越し", "引越"), ("引越し", "引越"), ("引っ越", "引越"),
    ("申し込み", "申込"), ("申込み", "申込"), ("届け出", "届出"), ("振り込み", "振込"), ("振込み", "振込"), ("受け取り", "受取"), ("手続き", "手続"),
    ("赤ん坊", "赤ちゃん"),
)
LATIN = re.compile(r"[a-z0-9]+")
# dog, animal, letter, ticket, to pick up: without their marks they are cho (for), thu(tuc), ve, don, which say nothing
APART = {"chó": "cho", "thú": "thu", "thư": "thu", "vé": "ve", "đón": "don"}
_APART = re.compile(rf"\b({'|'.join(APART)})\b")
_LONG = (("ou", "o"), ("oo", "o"), ("uu", "u"), ("oh", "o"))  # 住民票 is typed juminhyo, juuminhyou, jūminhyō
_KUNREI = tuple((re.compile(pattern), same) for pattern, same in (
    (r"sy", "sh"), (r"(?:zy|jy)", "j"), (r"ty", "ch"), (r"si", "shi"), (r"[zd]i", "ji"), (r"ti", "chi"), (r"tu", "tsu"), (r"(?<![scw])hu", "fu")))


def plain(text: str) -> str:
    """Width, case, kana, common kanji variants and spellings made the same; spaces and marks dropped."""
    text = jaconv.kata2hira(unicodedata.normalize("NFKC", text).lower().translate(_VARIANTS))
    for written, same in _SPELLINGS:
        text = text.replace(written, same)
    return "".join(c for c in text if c.isalnum() or c == "ー")


def bare(text: str) -> str:
    """Latin letters without diacritics, in lower case: Giấy chứng nhận → giay chung nhan. Kana keep their marks."""
    split = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower().replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(c for c in split if not "\u0300" <= c <= "\u036f"))


def latin_words(text: str) -> list[str]:
    """The words of Latin letters in a text, bare but for those that would be a word without meaning then."""
    written = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    parts = _APART.split(written)  # every second one is such a word
    return [word for n, part in enumerate(parts) for word in ([part] if n % 2 else LATIN.findall(bare(part)))]


def is_latin(word: str) -> bool:
    """Is this written in Latin letters?"""
    return bool(re.fullmatch(r"[a-z0-9'’.,/&()-]*[a-z][a-z0-9'’.,/&()-]*", bare(word)))


def stem(word: str) -> str:
    """A word of Latin letters as it is compared: without a plural's end, long vowels of rōmaji short, zyu and tu as ju and tsu."""
    for pattern, same in _KUNREI:
        word = pattern.sub(same, word)
    for written, same in _LONG:
        word = word.replace(written, same)
    for end in ("ies", "es", "s"):
        if len(word) > len(end) + (2 if end == "s" else 3) and word.endswith(end):
            return word[: -len(end)] + ("y" if end == "ies" else "")
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def grams(text: str) -> list[str]:
    """Pairs of letters; a lone letter is its own."""
    return [text[i : i + 2] for i in range(len(text) - 1)] if len(text) > 1 else [text] if text else []


def one_off(a: str, b: str) -> bool:
    """Is one letter wrong, missing, too many, or are two neighbours swapped? Equal words are not one off."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    at = next((i for i, c in enumerate(a) if c != b[i]), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])
