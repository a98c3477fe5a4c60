"""The words that a search knows: those of names and synonyms, and which of them differ by one letter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .letters import APART, bare, is_latin, latin_words, one_off, plain, stem

_KANJI = re.compile(r"[一-鿿々]+")
LONGEST = 14  # letters of a word that a query is cut into
# words that every procedure has or that only ask: they bring nothing where another word stands beside them
WEAK = frozenset(map(plain, (
    "手続き", "手続", "申請", "届出", "届け", "請求", "申込", "方法", "やり方", "仕方", "書き方", "とき", "場合", "必要", "ください", "教えて",
    "について", "ほしい", "欲しい", "もらう", "もらいたい", "もらえる", "したい", "どうする", "どうすれば", "どこ", "いつ", "何", "市役所", "役所",
    "オンライン", "ネット", "書類", "用紙", "提出", "出したい", "出す", "取りたい", "取る", "受けたい", "受ける", "関係", "窓口", "制度", "相談",
    "お願い", "知りたい", "変更", "再交付", "再発行", "証明", "登録", "認定", "支給", "新規", "更新",
    "いくら", "いくらですか", "いくらかかる", "いくらかかりますか", "どうやって", "どのくらい", "いつまで", "どこで",
    "多少钱", "要多少钱", "多少", "怎么", "怎么办", "如何", "哪里", "在哪里", "什么时候", "什么", "需要", "多久",
)))
STOP = frozenset(map(stem, (
    "a", "an", "the", "of", "for", "to", "in", "on", "at", "my", "i", "we", "and", "or", "how", "do", "get", "want", "need", "apply",
    "application", "procedure", "is", "are", "was", "be", "been", "by", "with", "from", "at", "this", "that", "it", "me", "our", "your", "you",
    "has", "have", "had", "can", "where", "what", "when", "city", "hall", "online", "does", "much", "many", "which", "who",
    "de", "da", "dos", "das", "o", "os", "e", "em", "um", "uma", "para", "por", "como", "meu", "minha",
    "quando", "onde", "qual", "quais", "quem", "quanto", "quantos", "custa",
    "pedido", "requerimento", "cho", "cua", "va", "voi", "la", "toi", "xin", "don", "thu", "tuc", "yeu", "cau", "lam", "ve", "khai",
)))
# of words that say something elsewhere (bão is a storm, tiền money, long-term care), what only asks: longest first
ASKS = tuple(tuple(phrase.split()) for phrase in (
    "how much does it cost", "how much do i pay", "what does it cost", "how much", "how many", "how long", "how do",
    "mat bao nhieu tien", "het bao nhieu tien", "gia bao nhieu tien", "phi bao nhieu", "gia bao nhieu", "bao nhieu tien", "bao nhieu ngay",
    "bao nhieu", "mat bao lau", "bao lau", "o dau", "khi nao", "lam the nao", "nhu the nao", "the nao", "bang cach nao",
    "quanto tempo", "quanto custa",
))
STORM = {"bao": "bão"}  # written with other marks (bảo hiểm, báo cáo) it is another word


def otherwise(word: str) -> bool:
    """Is this written with other marks than the everyday word that it looks like without any?"""
    own = STORM.get(bare(word))
    return own is not None and unicodedata.normalize("NFC", word).lower() not in (own, bare(word))


def without_asking(tokens: list[str]) -> list[str]:
    """The tokens of Latin letters without the phrases that only ask (bao nhiêu tiền). Where no token means anything beside them, the phrases
    themselves, each as one token."""
    mine = [t for t in tokens if is_latin(t)]
    words, at, rest, phrases = [bare(t).strip("'’.,&-") for t in mine], 0, list[str](), list[str]()
    while at < len(words):
        size = next((len(p) for p in ASKS if tuple(words[at : at + len(p)]) == p), 0)
        (phrases if size else rest).append(" ".join(mine[at : at + (size or 1)]))
        at += size or 1
    means = len(mine) < len(tokens) or any(stem(w) not in STOP for t in rest for w in latin_words(t))
    return rest if means else phrases or rest


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
