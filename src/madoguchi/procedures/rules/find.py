"""Search over procedures: two-character words, kana and kanji, synonyms, one wrong letter, other languages; and why it matched.

Texts are searched as letters, nothing is tokenised by a dictionary, so no word is unknown: a query is cut into the words that
procedures and synonyms hold (the longest first), what is left over is looked up by its pairs of letters. 27 or 500 procedures
fit in memory (reference: anchors of search; docs/adr/0039)."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .letters import bare, grams, is_latin, latin_words, one_off, plain, stem
from .model import OPEN_LAW, Definition
from .postings import Postings
from .spoken import Readings, heard, said_in_latin, without_denials
from .synonyms import Synonyms
from .vocabulary import LONGEST, STOP, WEAK, Words, meaning, otherwise, split, without_asking

__all__ = ["Asked", "Found", "Hit", "Index", "plain"]

NAME, OTHER, TEXT, DETAIL = "name", "other", "text", "detail"  # where a word stands: name and reading, other names and keywords, …
WEIGHTS = {NAME: 6.0, OTHER: 5.0, TEXT: 3.0, DETAIL: 1.2}
REMEMBERED = 2_000  # words whose places are kept
COVER = 0.6  # of the pairs of letters of an unknown word that a procedure must hold
COVER_KANA = 0.7  # kana are few, their pairs stand in words of any meaning
NEAR = 12  # words that may have been meant, looked at until enough of them find something
ONLY_ONE = 1.9  # for a name that alone of all begins with the word: 火葬 is 火葬許可, whatever else knows おくやみ
UNHEARD = 0.6  # the weight of a word that stands nowhere: the rest of a sentence is looked for all the same
STRONG = 4.0  # the score of a word in a name or among the keywords
SHARE = 0.42  # of the weight of a query that a procedure must bring
_BREAK = re.compile(r"[\s、。・,.!?！？「」()（）/／]+")
_GLUE = re.compile(r"^(?:の|を|に|は|が|で|と|へ|も|や|から|まで|より|など|って|とか|たい|する|した|して|したら|したい|ます|です|な)+|"
                   r"(?:の|を|に|は|が|で|と|へ|も|や|から|まで|より|など|って|とか|たい|する|した|して|したら|したい|ます|です|な)+$")
_NAMES = re.compile(r"[のはとへもやなにがで]{2,}")
_JOINS = frozenset(("には", "では", "とは", "のは", "にも", "でも", "のに", "ので", "のが", "への", "での", "との", "へは", "なの", "なので"))
_KANJI = re.compile(r"[一-鿿々]")
_KATAKANA = re.compile(r"[ァ-ヶ]{2}(?![ァ-ヶー])")
_MIXED = re.compile(r"[一-鿿々][ぁ-ゖー]|[ぁ-ゖー][一-鿿々]")
_SAYS = re.compile(r"[一-鿿々ァ-ヶー](?:が|を|に|は|で)[一-鿿々ァ-ヶー]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found, how well, and why: ``how`` is exact, synonym, typo, letters or language; ``typed`` the part of the
    query, ``word`` what stands in ``text`` (as written) at ``place``."""

    slug: str
    score: float
    how: str
    typed: str
    word: str
    place: str
    text: str

    @property
    def why(self) -> str:
        """The text by which it was found; empty where the name says it."""
        return "" if self.place == NAME else self.text


@dataclass(frozen=True, slots=True)
class Asked:
    """A word of the query: as typed, with the words to look for instead (how, word as written, weight)."""

    typed: str
    ways: tuple[tuple[str, str, float], ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. ``known``: made of words of the index alone, so that it can name nobody. ``words``: what was looked for,
    in plain letters, everyday words with their official ones."""

    hits: tuple[Hit, ...]
    known: bool
    words: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Entry:
    """One text of one procedure."""

    slug: str
    place: str
    letters: str
    text: str


@dataclass(frozen=True, slots=True)
class _Held:
    """Where a word stands: in how many entries, and per procedure (score, entry)."""

    count: int
    best: Mapping[str, tuple[float, int]]


class Index:
    """An immutable index of definitions. ``names``: slug → its names in other languages, and readings of other names."""

    def __init__(
        self, definitions: Iterable[Definition], synonyms: Synonyms | None = None, names: Mapping[str, Iterable[tuple[str, float]]] | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._readings = readings or Readings()
        self._synonyms = heard((synonyms or Synonyms()).to, self._readings)
        self._entries: list[_Entry] = []
        grown: dict[str, list[int]] = defaultdict(list)
        self._latin: dict[str, dict[str, float]] = defaultdict(dict)
        self._shown: dict[tuple[str, str], str] = {}
        self._vocabulary = Words()
        self._held: dict[str, _Held] = {}
        self.slugs: list[str] = []
        for d in definitions:
            self.slugs.append(d.id)
            self._add(d, (names or {}).get(d.id, ()), grown)
        self._by_gram = Postings(grown)
        for word in self._synonyms:
            self._vocabulary.add(word)
        for word in (t for targets in self._synonyms.values() for t in targets):
            self._vocabulary.add(word)

    def _add(self, d: Definition, names: Iterable[tuple[str, float]], grown: dict[str, list[int]]) -> None:
        for place, texts in _places(d):
            for text in texts:
                self._enter(d.id, place, text, grown)
                if place in (NAME, OTHER):
                    for word in (text, *split(text)):
                        self._vocabulary.add(word)
        if _KANJI.search(d.reading):  # a draft made of a row that says no reading
            self._enter(d.id, OTHER, self._readings.read(d.name), grown)
            for word in split(d.name):
                self._vocabulary.add(self._readings.read(word))
        for text, weight in names:
            if is_latin((text.split() or [""])[0]):
                self._foreign(d.id, text, weight)
            else:
                self._enter(d.id, OTHER if weight == 1 else TEXT, text, grown)
                self._vocabulary.add(text)
        self._foreign(d.id, d.id.replace("-", " "), 0.8, shown=d.name)

    def _enter(self, slug: str, place: str, text: str, grown: dict[str, list[int]]) -> None:
        letters, at = plain(text), len(self._entries)  # one number for all its pairs: 60,000 of them weigh 1.6 MB
        for gram in {*grams(letters), *letters}:
            grown[gram].append(at)
        self._entries.append(_Entry(slug, place, letters, text))

    def _foreign(self, slug: str, text: str, weight: float, shown: str = "") -> None:
        words = {stem(w) for w in latin_words(text)} - STOP
        weight *= 0.85 + 0.15 / max(len(words), 1)
        for word in words:
            if weight > self._latin[word].get(slug, 0):
                self._latin[word][slug] = weight
                self._shown[word, slug] = shown or text

    # --- asking

    def find(self, query: str, limit: int = 300) -> list[Hit]:
        """The best procedures for a query."""
        return list(self.search(query, limit).hits)

    def search(self, query: str, limit: int = 300) -> Found:
        """The best procedures for a query; words that mean nothing by themselves count only when they stand alone."""
        tokens = [t for t in _BREAK.split(unicodedata.normalize("NFKC", query)) if t]
        foreign, more = without_asking(tokens), list[Asked]()
        for phrase in (whole := " ".join(foreign), *foreign):  # moving out, garbage: a synonym may be of another language
            if phrase in (whole, *foreign) and plain(bare(phrase)) in self._synonyms and not otherwise(phrase):
                more.append(self._ask(bare(phrase)))
                foreign = [t for t in foreign if t not in phrase]
        spoken = {t: self._token(kana) for t in foreign if not self._is_word(stem(bare(t))) and (kana := said_in_latin(bare(t)))}
        spoken = {t: parts for t, parts in spoken.items() if all(a.known for a in parts)}  # hikkoshi, nenkin
        foreign = [t for t in foreign if t not in spoken and " " not in t]  # how long: it only asks
        asked = [a for t in tokens if not is_latin(t) for a in self._token(t)] + more + [a for parts in spoken.values() for a in parts]
        strong = [a for a in asked if plain(a.typed) not in WEAK] or asked
        best: dict[str, list[Hit]] = defaultdict(list)
        total = 0.0
        for a in strong:
            found, mass = self._one(a)
            total += mass if a.known or found and len(a.typed) > 1 else UNHEARD  # の分も: one letter alone says little of what is wanted
            for hit in found:
                best[hit.slug].append(hit)
        words = [w for t in foreign for w in latin_words(t)]
        total += self._in_latin(words, best)
        known = bool(asked or any(stem(w) not in STOP for w in words)) and all(a.known for a in asked) and all(
            self._is_word(stem(w)) for w in words)
        meant = frozenset(plain(word) for a in strong for _, word, _ in a.ways) | frozenset(words)
        return Found(tuple(self._ranked(best, total, limit)), known, meant)

    def _ranked(self, best: Mapping[str, list[Hit]], total: float, limit: int) -> list[Hit]:
        """Those that bring enough of the query; where none does, those whose names hold one of its words."""
        good = self._sharing(best, total, SHARE)
        if not good:
            named = {slug: kept for slug, hits in best.items() if (kept := [h for h in hits if h.score >= STRONG and h.how != "letters"])}
            good = self._sharing(named, total, 0)
        floor = good[0].score * 0.2 if good else 0
        return [h for h in good[:limit] if h.score > floor]

    def _sharing(self, best: Mapping[str, list[Hit]], total: float, least: float) -> list[Hit]:
        out = []
        for slug, hits in best.items():
            share = sum(min(1.0, h.score / 5) * self._mass(h.typed) for h in hits) / max(total, 0.01)
            if share < least:
                continue
            top = max(hits, key=lambda h: h.score)
            score = sum(h.score * self._mass(h.typed) for h in hits) * (0.4 + 0.6 * min(share, 1.0))
            out.append(Hit(slug, score, top.how, top.typed, top.word, top.place, top.text))
        return sorted(out, key=lambda h: (-h.score, h.slug))

    def _mass(self, typed: str) -> float:
        """How much a word of the query says: rare ones more, weak ones little."""
        if plain(typed) in WEAK:
            return 0.5
        return math.log(2 + len(self.slugs) / (1 + self._holding(plain(typed)).count))

    def _token(self, token: str) -> list[Asked]:
        """The words of a token; one that is a known word but for its kana, or for one letter, is that word, whatever short words stand
        in it. In a sentence (父が死んだ) another letter is another word."""
        parts = self._cut(token)
        if all(a.known for a in parts):
            return parts
        whole = _GLUE.sub("", plain(token))
        for meant in self._readings.spelled(whole):
            words = self._cut(meant)
            if all(a.known for a in words):
                return [Asked(token, tuple(("typo", word, weight) for _, word, weight in a.ways), known=True) for a in words]
        for meant in self._readings.spelled(whole):  # 家が全かい: 全壊, though nobody knows 家
            words = self._cut(meant)
            if any(a.known and plain(a.typed) not in WEAK for a in words) and not any(a.known for a in parts):
                return [Asked(a.typed, tuple(("typo", word, weight) for _, word, weight in a.ways), known=True) if a.known else a for a in words]
        mixed = (whole, whole.replace("の", "")) if _MIXED.search(whole) else ()  # 住民ひょう: じゅうみんひょう; 納税のしょうめい: without its の
        for read in (self._cut(self._readings.read(text)) for text in mixed):
            if len(read) == 1 and read[0].known:
                return [Asked(token, tuple(("typo", word, weight) for _, word, weight in read[0].ways), known=True)]
        near = self._unknown(whole) if len(parts) > 1 and not _SAYS.search(whole) and self._vocabulary.near(whole) else []
        return near or parts

    def _cut(self, token: str) -> list[Asked]:
        """A token as the words that the index knows, the longest first, and what is left between them."""
        letters, at, rest, out = plain(token), 0, "", list[Asked]()
        raw = token if len(token) == len(letters) else letters  # as it was typed, where letter stands on letter
        while at < len(letters):
            size = next((n for n in range(min(LONGEST, len(letters) - at), 1, -1) if self._known(letters[at : at + n], letters, raw[at:])), 0)
            if not size:
                rest, at = rest + raw[at], at + 1
                continue
            out += self._parts(rest)
            out.append(self._ask(raw[at : at + size]))
            rest, at = "", at + size
        return [*out, *self._parts(rest, alone=not out)]

    def _parts(self, rest: str, *, alone: bool = False) -> list[Asked]:
        """What nobody knows, what is done and what it is done to apart: 原付を買った."""
        first, *others = rest.split("を")
        out = self._unknown(first, alone=alone and not others)
        for what in others:  # もらった, かりたい: such a word alone says nothing of what is wanted
            out += [a if a.known or _KANJI.search(a.typed) else Asked(a.typed, (), known=False) for a in self._unknown(what)]
        return out

    def _known(self, word: str, whole: str, raw: str) -> bool:
        if word in WEAK:
            return True
        if word not in self._vocabulary.all and word not in self._synonyms:
            return False
        if len(word) > 2 or word == whole or not re.fullmatch(r"[ぁ-ゖー]+", word):
            return True  # two kana inside a word are mostly chance, but for ゴミを and ごみの日, ごみ being the first
        return bool(_KATAKANA.match(raw)) or (len(raw) == len(whole) and raw[2:3] in ("を", "の", "が"))

    def _ask(self, typed: str) -> Asked:
        word = plain(typed)
        ways = [("exact", self._vocabulary.all.get(word, word), 1.0), *(("synonym", target, 0.9) for target in self._synonyms.get(word, ()))]
        return Asked(typed, tuple(ways), known=True)

    def _unknown(self, rest: str, *, alone: bool = False) -> list[Asked]:
        typed = rest if alone and len(rest) < 3 else _GLUE.sub("", rest)
        word = plain(typed)
        if not word:  # はな, はやと: a name of the letters that join words
            return [Asked(rest, (), known=False)] if _NAMES.fullmatch(rest) and rest not in _JOINS else []
        if word in self._synonyms or word in self._vocabulary.all:
            return [self._ask(typed)]
        ways: list[tuple[str, str, float]] = [("letters", word, 1.0)]
        for near in self._vocabulary.near(word):
            ways.append(("typo", self._vocabulary.all[near], 0.7))
            ways += [("typo", target, 0.6) for target in self._synonyms.get(near, ())]
        return [Asked(typed, tuple(ways), known=False)]

    def _one(self, a: Asked) -> tuple[list[Hit], float]:
        """The best hit of every procedure for one word of the query, and the word's own weight."""
        best: dict[str, tuple[float, str, str, int]] = {}
        for how, word, weight in a.ways:
            if how == "letters":
                found = self._by_letters(word)
            else:
                found = {slug: (score, how, i) for slug, (score, i) in self._holding(plain(word)).best.items()}
            for slug, (score, way, i) in found.items():
                if slug not in best or score * weight > best[slug][0]:
                    best[slug] = (score * weight, way, word, i)
        hits = [Hit(slug, score, how, a.typed, word, self._entries[i].place, self._entries[i].text) for slug, (score, how, word, i) in best.items()]
        return hits, self._mass(a.typed)

    def _holders(self, letters: str) -> set[int]:
        """The entries that hold these letters."""
        parts = grams(letters)
        if not parts:
            return set()
        first, *others = sorted((self._by_gram.get(g) for g in parts), key=len)
        rest = set(first).intersection(*others)
        return {i for i in rest if letters in self._entries[i].letters} if len(parts) > 2 else rest

    def _holding(self, letters: str) -> _Held:
        """Where a word stands: per procedure its best entry, those that say it more often a little before others. Remembered,
        for people search the same words."""
        held = self._held.get(letters)
        if held is None:
            holders, best = self._holders(letters), dict[str, tuple[float, int]]()
            often = Counter(self._entries[i].slug for i in holders)
            heads = {e.slug for i in holders if (e := self._entries[i]).place == NAME and e.letters.startswith(letters)}
            for i in sorted(holders):
                e = self._entries[i]
                begins = ONLY_ONE if e.place == NAME and len(heads) == 1 else 1.25 if e.place in (NAME, OTHER) else 1.0
                exact = 1.5 if e.letters == letters else begins if e.letters.startswith(letters) else 1.0
                score = WEIGHTS[e.place] * exact * (0.75 + 0.25 * len(letters) / max(len(e.letters), 1)) * (1 + 0.03 * min(often[e.slug], 6))
                if e.slug not in best or score > best[e.slug][0]:
                    best[e.slug] = (score, i)
            held = _Held(len(holders), best)
            if len(self._held) < REMEMBERED:
                self._held[letters] = held
        return held

    def _by_letters(self, word: str) -> dict[str, tuple[float, str, int]]:
        """Procedures that hold most of the pairs of letters of a word that nobody knows: (score, how, entry)."""
        letters = plain(word)
        if len(letters) == 1 and re.fullmatch(r"[ぁ-ゖー]", letters):
            return {}
        if len(letters) < 3:
            return {slug: (score, "exact", i) for slug, (score, i) in self._holding(letters).best.items()}
        parts, out = set(grams(letters)), dict[str, tuple[float, str, int]]()
        shared = Counter(i for g in parts for i in self._by_gram.get(g))
        kana = not _KANJI.search(letters)
        for i, n in shared.items():
            cover = n / len(parts)
            if cover < (COVER_KANA if kana else COVER):
                continue
            e = self._entries[i]
            if e.place in (NAME, OTHER) or cover >= 0.85:
                how, weight = ("exact", 1.0) if letters in e.letters else ("letters", 0.8)
                score = WEIGHTS[e.place] * cover * weight
                if e.slug not in out or score > out[e.slug][0]:
                    out[e.slug] = (score, how, i)
        return out

    # --- words of Latin letters

    def _is_word(self, word: str) -> bool:
        return word in self._latin or word in STOP

    def _in_latin(self, words: list[str], best: dict[str, list[Hit]]) -> float:
        strong = meaning([(w, stem(w)) for w in words])
        total = 0.0
        for typed, word in strong:
            total += math.log(2 + len(self.slugs) / (1 + len(self._latin.get(word, ()))))
            for near, weight in self._latin_ways(word):
                for slug, own in self._latin[near].items():
                    best[slug].append(Hit(slug, 6 * weight * own, "language", typed, near, NAME, self._shown[near, slug]))
        return total

    def _latin_ways(self, word: str) -> list[tuple[str, float]]:
        if word in self._latin:
            return [(word, 1.0)]
        longer = [(w, 0.8) for w in self._latin if len(word) > 4 and w.startswith(word)]
        return longer or [(w, 0.7) for w in self._latin if len(word) > 4 and one_off(word, w)]

    def nearest(self, query: str, most: int = 3) -> list[str]:
        """Words of the index nearest to a query that found nothing, as written."""
        letters = plain(query)
        if not (want := set(grams(letters))):
            return []
        rated = [(len(want & set(grams(w))) / max(len(want), 1) + (0.6 if one_off(letters, w) else 0), w) for w in self._vocabulary.all]
        good = sorted((r for r in rated if r[0] >= 0.34 and self._holding(r[1]).count), key=lambda r: (-r[0], len(r[1])))
        words = (self._vocabulary.all[w] for _, w in good[:NEAR])
        return list(itertools.islice((w for w in words if self.find(w, 1)), most))  # one that finds nothing leads nowhere


def _places(d: Definition) -> list[tuple[str, list[str]]]:
    return [
        (NAME, [d.name, d.reading]), (OTHER, list(filter(None, (*d.aliases, d.plan_name, *d.keywords)))),
        (TEXT, [without_denials(d.summary), d.audience]),
        (DETAIL, [*(q for pair in d.guidance for q in pair), *(law.law for law in d.laws if law.law != OPEN_LAW), *(a.name for a in d.attachments),
                  *(doc.name for doc in d.documents)]),
    ]


def kana_of(read: str) -> str:
    """The reading of a text with readings: 保育園《ほいくえん》の申込《もうしこみ》 → ほいくえんのもうしこみ."""
    return re.sub(r"｜?[一-鿿々〆ヶ0-9]+《([ぁ-ゖァ-ヺー・]+)》", r"\1", bare(read) if is_latin(read) else read)
