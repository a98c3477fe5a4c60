"""Everyday words → the words of the city hall, as data (procedures/search/synonyms.yaml and the city's own; docs/definitions.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import yaml_strict
from .letters import bare, is_latin, plain
from .yaml_strict import Items, Problem, Table, Text

TO, BOTH, NOT = "言い換え", "同じ意味", "使わない"
HEADINGS = (TO, BOTH, NOT)
MOST = 12  # words behind one word: more blur a search instead of widening it


@dataclass(frozen=True, slots=True)
class Synonyms:
    """``to``: an everyday word in plain letters → its official words as written."""

    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def key_of(word: str) -> str:
    """A word as it is looked up: plain letters, diacritics of Latin letters dropped."""
    return plain(bare(word)) if is_latin(word.replace(" ", "")) else plain(word)


def read_synonyms(text: str, file: str) -> tuple[dict[str, tuple[str, ...]], frozenset[str], list[Problem]]:
    """One file: plain word → official words, the words whose common entry this file takes away, and what is wrong with it."""
    table, problems = yaml_strict.load(text, file)
    found: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    for key in table:
        if key not in HEADINGS:
            problems.append(Problem(file, table.line_of(key), f"「{key}」という見出しは使えません。使えるのは: {'、'.join(HEADINGS)}"))
    for line, word, targets in _pairs(table, file, problems):
        if key_of(word) in seen and TO in table and word in table[TO]:
            problems.append(Problem(file, line, f"「{word}」は{seen[key_of(word)]}行目にもあります。一つにまとめてください"))
        seen.setdefault(key_of(word), line)
        found.setdefault(key_of(word), []).extend(targets)
    dropped = table.get(NOT)
    if dropped is not None and not isinstance(dropped, Items):
        problems.append(Problem(file, table.line_of(NOT), f"「{NOT}」には言葉の一覧を書いてください(例: [ごみ, 犬])"))
        dropped = None
    out = {word: tuple(dict.fromkeys(targets)) for word, targets in found.items()}
    return out, frozenset(key_of(str(w)) for w in dropped or ()), sorted(problems)


def _pairs(table: Table, file: str, problems: list[Problem]) -> Iterator[tuple[int, str, list[str]]]:
    """(line, everyday word, official words) of a file, directed and two-way."""
    directed = table.get(TO)
    if isinstance(directed, Table):
        for word, value in directed.items():
            line = directed.line_of(word)
            targets = _words(value, file, line, problems)
            if _good(word, targets, file, line, problems):
                yield line, word, targets
    elif directed is not None:
        problems.append(Problem(file, table.line_of(TO), f"「{TO}」は「ふだんの言葉: [役所の言葉]」の形で書いてください"))
    groups = table.get(BOTH)
    if groups is not None and not isinstance(groups, Items):
        problems.append(Problem(file, table.line_of(BOTH), f"「{BOTH}」には [言葉, 言葉] の組を並べてください"))
        return
    for group in groups or ():
        line = getattr(group, "line", table.line_of(BOTH))
        words = _words(group, file, line, problems)
        if len(words) < 2:
            problems.append(Problem(file, line, f"「{BOTH}」の組には二つ以上の言葉を書いてください"))
            continue
        for word in words:
            others = [w for w in words if w != word]
            if _good(word, others, file, line, problems):
                yield line, word, others


def _words(value: object, file: str, line: int, problems: list[Problem]) -> list[str]:
    if isinstance(value, Text):
        return [str(value)]
    if isinstance(value, Items) and all(isinstance(w, Text) for w in value):
        return [str(w) for w in value]
    problems.append(Problem(file, line, "言葉は [一つ目, 二つ目] の形で書いてください"))
    return []


def _good(word: str, targets: list[str], file: str, line: int, problems: list[Problem]) -> bool:
    bad = [w for w in (word, *targets) if not plain(w)]
    if bad or not targets:
        problems.append(Problem(file, line, f"「{word}」の言葉が空です。言い換える言葉を一つ以上書いてください"))
    elif len(targets) > MOST:
        problems.append(Problem(file, line, f"「{word}」の言い換えが{len(targets)}あります。{MOST}までにしてください"))
    elif plain(word) in map(plain, targets):
        problems.append(Problem(file, line, f"「{word}」の言い換えに同じ言葉があります。消してください"))
    else:
        return True
    return False


def joined(common: Mapping[str, tuple[str, ...]], own: Mapping[str, tuple[str, ...]], dropped: frozenset[str]) -> Synonyms:
    """The common words with the city's: an entry of the city stands in the place of the common one, dropped ones are gone."""
    return Synonyms({word: targets for word, targets in {**common, **own}.items() if word not in dropped or word in own})
