"""Search over procedures: two-character words, kana and kanji, small typing differences (reference: anchors of search).

Character bigrams over normalised text, weighted by where a word stands and by how rare it is. 27 or 500 procedures fit
in memory; nothing is tokenised by a dictionary, so no word is unknown.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import jaconv

from .model import Definition

_VARIANTS = str.maketrans("髙﨑邉邊齋齊澤濱廣龍國縣證罹", "高崎辺辺斎斎沢浜広竜国県証り")


# words that people and forms write now with kanji, now with kana, now without 送り仮名
_SPELLINGS = (
    ("子供", "こども"), ("子ども", "こども"), ("車椅子", "車いす"), ("引っ越し", "引越"), ("引越し", "引越"), ("申し込み", "申込"),
    ("申込み", "申込"), ("届け出", "届出"), ("振り込み", "振込"), ("振込み", "振込"), ("受け取り", "受取"), ("手続き", "手続"),
    ("赤ん坊", "赤ちゃん"),
)


def plain(text: str) -> str:
    """Width, case, kana, common kanji variants and spellings made the same; spaces and marks dropped."""
    text = jaconv.kata2hira(unicodedata.normalize("NFKC", text).lower().translate(_VARIANTS))
    for written, same in _SPELLINGS:
        text = text.replace(written, same)
    return "".join(c for c in text if c.isalnum() or c == "ー")


def _grams(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)] if len(text) > 1 else [text] if text else []


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found, how well, and by what."""

    slug: str
    score: float
    why: str


class Index:
    """An immutable index of definitions."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        self._words: dict[str, list[tuple[str, str]]] = {}
        self._count = 0
        for d in definitions:
            self._count += 1
            grams: defaultdict[str, float] = defaultdict(float)
            for weight, texts in _fields(d):
                for text in texts:
                    for gram in set(_grams(plain(text))):
                        grams[gram] = max(grams[gram], weight)
            for gram, weight in grams.items():
                self._weights[gram][d.id] = weight
            self._words[d.id] = [(plain(t), t) for w, ts in _fields(d) if w >= 3 for t in ts]

    def find(self, query: str, limit: int = 30) -> list[Hit]:
        """The best procedures for a query; several words narrow the result."""
        scores: defaultdict[str, float] = defaultdict(float)
        words = [plain(w) for w in query.split()] or [plain(query)]
        for word in words:
            grams = _grams(word)
            if not grams:
                continue
            hit: defaultdict[str, float] = defaultdict(float)
            matched: Counter[str] = Counter()
            for gram in grams:
                found = self._weights.get(gram) or self._single(gram)
                rarity = math.log(1 + self._count / (1 + len(found)))
                for slug, weight in found.items():
                    hit[slug] += weight * rarity
                    matched[slug] += 1
            for slug, score in hit.items():
                cover = matched[slug] / len(grams)
                if cover >= 0.5:
                    scores[slug] += score * cover
                for text, _ in self._words.get(slug, []):
                    if word in text:
                        scores[slug] += 10 * len(word) / max(len(text), 1) + 4
        best = sorted(scores.items(), key=lambda found: -found[1])[:limit]
        floor = best[0][1] * 0.15 if best else 0
        return [Hit(slug, score, self._why(slug, words)) for slug, score in best if score > floor]

    def _single(self, gram: str) -> dict[str, float]:
        if len(gram) != 1:
            return {}
        return {slug: weight for key, found in self._weights.items() if gram in key for slug, weight in found.items()}

    def _why(self, slug: str, words: list[str]) -> str:
        for text, original in self._words.get(slug, []):
            if any(w in text for w in words):
                return original
        return ""


def _fields(d: Definition) -> list[tuple[float, list[str]]]:
    return [
        (6, [d.name, d.reading]), (5, [*d.aliases, d.plan_name, *d.keywords]), (3, [d.summary, d.audience]),
        (1.5, [q for pair in d.guidance for q in pair]),
        (1, [*(law.law for law in d.laws), *(a.name for a in d.attachments), *(doc.name for doc in d.documents)]),
    ]
