"""The words that a search knows: those of names and synonyms, and which of them differ by one letter."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .letters import is_latin, one_off, plain

LONGEST = 14  # letters of a word that a query is cut into


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
        return [w for w, n in shared.items() if n >= least and len(w) > 2 and one_off(word, w)]
