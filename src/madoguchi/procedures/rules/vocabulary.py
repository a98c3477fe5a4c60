"""The words that a search knows: those of names and synonyms, and which of them differ by one letter."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .letters import APART, is_latin, one_off, plain, stem

_KANJI = re.compile(r"[一-鿿々]+")
LONGEST = 14  # letters of a word that a query is cut into
# words that every procedure has or that only ask: they bring nothing where another word stands beside them
WEAK = frozenset(map(plain, (
    "手続き", "手続", "申請", "届出", "届け", "請求", "申込", "方法", "やり方", "仕方", "書き方", "とき", "場合", "必要", "ください", "教えて",
    "について", "ほしい", "欲しい", "もらう", "もらいたい", "もらえる", "したい", "どうする", "どうすれば", "どこ", "いつ", "何", "市役所", "役所",
    "オンライン", "ネット", "書類", "用紙", "提出", "出したい", "出す", "取りたい", "取る", "受けたい", "受ける", "関係", "窓口", "制度", "相談",
    "お願い", "知りたい", "変更", "再交付", "再発行", "証明", "登録", "認定", "支給", "新規", "更新",
)))
STOP = frozenset(map(stem, (
    "a", "an", "the", "of", "for", "to", "in", "on", "at", "my", "i", "we", "and", "or", "how", "do", "get", "want", "need", "apply",
    "application", "procedure", "is", "are", "was", "be", "been", "by", "with", "from", "at", "this", "that", "it", "me", "our", "your", "you",
    "has", "have", "had", "can", "where", "what", "when", "city", "hall", "online",
    "de", "da", "dos", "das", "o", "os", "e", "em", "um", "uma", "para", "por", "como", "meu", "minha",
    "pedido", "requerimento", "cho", "cua", "va", "voi", "la", "toi", "xin", "don", "thu", "tuc", "yeu", "cau", "lam", "ve", "khai",
)))


def meaning(stems: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of (word, stem) those that say something; a query of a stop word alone (cho) means the words that are written so but for their
    marks (chó)."""
    strong = [(w, s) for w, s in stems if s not in STOP and (len(s) > 1 or s.isdigit())]
    return strong or [(w, marked) for w, s in stems for marked, plainly in APART.items() if s == plainly and len(stems) == 1]


def split(text: str) -> list[str]:
    """The words of a name."""
    return re.split(r"[\s・、()（）]+|の(?=[一-鿿])", text)


@dataclass(slots=True)
class Words:
    """The vocabulary: plain word → as written; its words by letter, for typing errors."""

    all: dict[str, str] = field(default_factory=dict)
    by_letter: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, written: str) -> None:
        """A word as it is written."""
        word = plain(written)
        if 2 <= len(word) <= LONGEST and word not in self.all:
            self.all[word] = written
            for letter in set(word):
                self.by_letter[letter].append(word)  # once: a word is added once

    def near(self, word: str) -> list[str]:
        """Words that differ from this one by one letter. Two neighbours swapped share every letter, not one pair."""
        if len(word) < 3 or is_latin(word):
            return []
        shared = Counter(w for letter in set(word) for w in self.by_letter.get(letter, ()))
        least = len(set(word)) - 1
        return [w for w, n in shared.items() if n >= least and len(w) > 2 and one_off(word, w) and not _short(word, w)]


def _short(word: str, other: str) -> bool:
    """Is a letter more or less than a slip here? バイク is no ほいく, 犬がい no しがい; 認知証 is 認知症."""
    return min(len(word), len(other)) < 4 and not _KANJI.fullmatch(word + other)
