"""Readings for Japanese sentences: 市役所で申請 → 市役所《しやくしょ》で申請《しんせい》.

A tokenizer proposes (SudachiPy, developers only: requirements/readings.in), tables decide: counters by
``kernel.counters``, words and places by the readings.yaml of the house and of the city (docs/adr/0027).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from madoguchi.kernel.counters import marked
from madoguchi.kernel.said import KANJI, RUBY, unruby

Token = tuple[str, str]  # as written, as read (katakana)
ONE = re.compile(f"[{KANJI}]")
SLOT = re.compile(r"<[^<>]+>|%\(\w+\)s|\{\w+\}")
APART = re.compile(SLOT.pattern + r"|[()()・]")  # the tokenizer makes one word of 者(あなた)
NUMBER = r"(?:[0-9][0-9,.]*|\{\w+\}|%\(\w+\)s)"
# counters that read the same after every number that the pages have; the first that fits counts
COUNTERS = {unruby(words): words for words in (
    "か月《げつ》分《ぶん》", "か月間《げつかん》", "か月《げつ》", "か所《しょ》", "時間《じかん》",
    "週間《しゅうかん》", "年度《ねんど》", "年生《ねんせい》", "年間《ねんかん》", "年分《ねんぶん》",
    "年《ねん》", "月《がつ》分《ぶん》", "月《がつ》", "時《じ》", "万円《まんえん》",
    "万《まん》", "円《えん》", "条《じょう》", "項《こう》", "号《ごう》",
    "割《わり》", "回《かい》", "枚《まい》", "件《けん》", "点《てん》",
    "部《ぶ》", "週《しゅう》", "桁《けた》", "文字《もじ》", "字《じ》",
    "級《きゅう》", "台《だい》", "倍《ばい》", "段階《だんかい》", "階《かい》",
    "番地《ばんち》", "番目《ばんめ》", "番《ばん》", "次《じ》", "戸《こ》",
    "様式《ようしき》", "親等《しんとう》", "子《し》", "角《かく》",
)}
COUNTED = re.compile(rf"(月)?({NUMBER})([日人分歳])(?!の\d)(間)?|(?:(?<=\d)|(?<=\}})|(?<=\)s))({'|'.join(COUNTERS)})")


class Unread(ValueError):
    """A word that nobody can read: it belongs into a readings.yaml."""


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def aligned(word: str, reading: str) -> str:
    """A word with its reading over its kanji only: 申し込み, もうしこみ → 申《もう》し込《こ》み. Raises Unread."""
    parts = re.findall(f"[{KANJI}]+|[^{KANJI}]+", word)
    shape = "".join("(.+?)" if ONE.match(p) else re.escape(hiragana(p)) for p in parts)
    found = re.fullmatch(shape, hiragana(reading))
    if found is None:
        raise Unread(f"{word}({reading})")
    readings = iter(found.groups())
    return "".join(f"{p}《{next(readings)}》" if ONE.match(p) else p for p in parts)


def unread(text: str, reading: str) -> bool:
    """Is something left without a reading, or is it the reading of another text?"""
    slots = re.sub(r"《#月?》", "", reading)
    return unruby(slots) != text or bool(ONE.search(re.sub(r"[日人分歳]《#月?》", "", RUBY.sub("", re.sub("<[^<>]+>", "", reading)))))


@dataclass(frozen=True, slots=True)
class Words:
    """What readings.yaml files say. ``anywhere`` wins over counters and tokenizer, longer words over shorter ones;
    ``alone`` counts where the tokenizer sees the word by itself; ``pages`` and ``definitions`` are whole texts."""

    anywhere: Mapping[str, str] = field(default_factory=dict)
    alone: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)


SECTIONS = {"語": "anywhere", "単語": "alone", "画面": "pages", "定義": "definitions"}


def words_of(*files: Path) -> Words:
    """The words of several readings.yaml, later files over earlier ones; an absent file is empty. Raises Unread."""
    found: dict[str, dict[str, str]] = {name: {} for name in SECTIONS.values()}
    for file in files:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) if file.exists() else None  # noqa: S506 - text only
        for section, words in (raw or {}).items():
            if section not in SECTIONS:
                raise Unread(f"{file}: 「{section}」という見出しはありません。{'・'.join(SECTIONS)}のどれかです")
            found[SECTIONS[section]] |= words
    return Words(**found)


class Reader:
    """Puts readings over sentences. ``whole`` are texts whose readings somebody wrote."""

    def __init__(self, words: Words, tokens: Callable[[str], Iterable[Token]], whole: Mapping[str, str]) -> None:
        self.words, self.tokens, self.whole = words, tokens, whole

    @cached_property
    def _known(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.words.anywhere, key=len, reverse=True))) or r"(?!)")

    def read(self, text: str) -> str:
        """The sentence with its readings in 《》. Raises Unread."""
        if text in self.whole:
            return self.whole[text]
        spans = list(self._spans(text))
        plain = APART.sub(lambda m: "\u3000" * len(m[0]), text)
        out, at = [], 0
        for start, end, words in [*spans, (len(text), len(text), "")]:
            out += [text[at:start] if not ONE.search(plain[at:start]) else self._between(plain, text, at, start, spans), words]
            at = end
        return "".join(out)

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """What the tables know of the sentence, from left to right."""
        at = 0
        while found := min(filter(None, (p.search(text, at) for p in (self._known, COUNTED, SLOT))),
                           key=lambda m: (m.start(m.lastindex or 0) if m.re is not COUNTED else m.start(), -m.end()), default=None):
            start, end = found.span()
            if found.re is SLOT and (counted := COUNTED.match(text, start)):
                found, end = counted, counted.end()
            yield start, end, self._table(found)
            at = end

    def _table(self, found: re.Match[str]) -> str:
        if found.re is SLOT:
            return found[0]
        if found.re is self._known:
            return aligned(found[0], self.words.anywhere[found[0]])
        month, number, counter, span, fixed = found.groups()
        if fixed:
            return COUNTERS[fixed]
        before, after = "月《がつ》" if month else "", "間《かん》" if span else ""
        if number[0] in "{%":
            return f"{before}{number}{counter}《#{'月' if month else ''}》{after}"
        return before + marked(number, counter, of_month=bool(month)) + after

    def _between(self, plain: str, text: str, start: int, end: int, spans: list[tuple[int, int, str]]) -> str:
        """The part between two spans: tokens of the whole sentence where they fit, else of the part alone."""
        out = ""
        whole = list(self._placed(plain))
        if any(a < start < b or a < end < b for a, b, _ in whole):
            whole = [(a + start, b + start, r) for a, b, r in self._placed(plain[start:end])]
        for a, b, reading in whole:
            if start <= a and b <= end:
                word = text[a:b]
                out += aligned(word, self.words.alone.get(word, reading)) if ONE.search(word) else word
        return out

    def _placed(self, plain: str) -> Iterator[tuple[int, int, str]]:
        at = 0
        for word, reading in self.tokens(plain):
            yield at, at + len(word), reading
            at += len(word)


def sudachi() -> Callable[[str], list[Token]]:
    """The tokenizer. Raises ImportError where the developer's requirement is not installed."""
    from sudachipy import Dictionary, SplitMode  # type: ignore[import-not-found,unused-ignore]

    tokenizer = Dictionary(dict="core").create()
    return lambda text: [(m.surface(), m.reading_form()) for m in tokenizer.tokenize(text, SplitMode.C)]
