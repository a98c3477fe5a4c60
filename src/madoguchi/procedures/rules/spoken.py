"""How words of the city hall are read, as data (procedures/search/readings.tsv): a name without a reading of its own is found by kana, and
a word of which only a part was written in kanji (印かん) is found as well."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import jaconv

from .letters import plain
from .yaml_strict import Problem

_KANJI = "一-鿿々〆ヶ"
_DENIES = re.compile(r"(?:要りません|ではありません|必要ありません|するものではありません)$")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_MIXED = re.compile(f"([{_KANJI}])([ぁ-ゖー]{{1,4}})|([ぁ-ゖー]{{1,4}})([{_KANJI}])")
LONGEST = 8  # letters of a word of the table
MOST = 6  # spellings of one query that are tried


@dataclass(frozen=True, slots=True)
class Readings:
    """Word → hiragana."""

    of: Mapping[str, str] = field(default_factory=dict)
    _begin: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _end: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    def __post_init__(self) -> None:
        for word in self.of:
            if len(word) == 2 and re.fullmatch(f"[{_KANJI}]+", word):
                self._begin[word[0]].append(word)
                self._end[word[1]].append(word)

    def read(self, text: str) -> str:
        """A text with every word that is known in kana, the longest first; what is not known stays: 火葬許可 → かそうきょか."""
        out, at = "", 0
        while at < len(text):
            size = next((n for n in range(min(LONGEST, len(text) - at), 0, -1) if text[at : at + n] in self.of), 0)
            out += self.of[text[at : at + size]] if size else text[at]
            at += size or 1
        return out

    def spelled(self, text: str) -> list[str]:
        """What was perhaps meant by kanji and kana mixed: 印かん証明 → 印鑑証明 (印鑑 is read いんかん)."""
        found = list(dict.fromkeys(word for m in _MIXED.finditer(text) for word in self._words(text, m)))
        return found[:MOST]

    def _words(self, text: str, m: re.Match[str]) -> Iterator[str]:
        if m[1]:
            for size in range(len(m[2]), 0, -1):  # 印かんの証明: the の is none of the word
                said = m[2][:size]
                for word in self._begin.get(m[1], ()):
                    if self.of[word].endswith(said) and len(self.of[word]) > size:
                        yield text[: m.start()] + word + text[m.start(2) + size :]
        else:
            for size in range(len(m[3]), 0, -1):
                said = m[3][-size:]
                for word in self._end.get(m[4], ()):
                    if self.of[word].startswith(said) and len(self.of[word]) > size:
                        yield text[: m.end(3) - size] + word + text[m.end() :]


def heard(synonyms: Mapping[str, tuple[str, ...]], readings: Readings) -> dict[str, tuple[str, ...]]:
    """Everyday words with what they mean, and each as it is read, too: お墓 is typed おはか."""
    out = dict(synonyms)
    for word, targets in synonyms.items():
        kana = plain(readings.read(word))
        if kana != word and len(kana) > 2 and _KANA.fullmatch(kana):
            out.setdefault(kana, targets)
    return out


def said_in_latin(word: str) -> str:
    """A word typed in rōmaji as kana; empty where it is none: hikkoshi is ひっこし, house nothing."""
    kana = jaconv.alphabet2kana(word) if word.isascii() and word.isalpha() and len(word) > 3 else ""
    return kana if _KANA.fullmatch(kana) else ""


def without_denials(text: str) -> str:
    """A text without the sentences that say what is not so: マイナンバーカードは要りません brings nobody who looks for the card."""
    return "。".join(sentence for sentence in text.split("。") if not _DENIES.search(sentence))


def read_readings(text: str, file: str) -> tuple[Readings, list[Problem]]:
    """The file: word, tabulator, hiragana."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        word, tab, kana = line.partition("\t")
        if not tab or not word or len(word) > LONGEST or not _KANA.fullmatch(kana):
            problems.append(Problem(file, number, f"「言葉(タブ)よみ」の形で、言葉は{LONGEST}文字まで、よみはひらがなで書いてください"))
        elif word in found:
            problems.append(Problem(file, number, f"「{word}」は前の行にもあります。一つにまとめてください"))
        else:
            found[word] = kana
    return Readings(found), problems
