"""Readers: the current catalogue and any published version, kept in memory."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import logging
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.offices.public import DisasterTerms, city, city_words, disasters_all, disasters_open
from madoguchi.web import languages

from .errors import Withdrawn
from .models import Version, Withdrawal
from .rules import facets
from .rules.disasters import asks_disaster, with_disasters, with_event_days
from .rules.find import Found, Index, plain
from .rules.find_names import names_of
from .rules.model import Definition
from .rules.read import TRANSLATIONS, from_plain
from .rules.remember import keyed
from .rules.spoken import Readings, read_readings
from .rules.synonyms import Synonyms, joined, read_synonyms
from .rules.translate import translated

log = logging.getLogger(__name__)
SHORT = 5  # letters: 「本人」 is no procedure
_NAMED = re.compile("「([^」]+)」")
CACHE_SECONDS = 5.0  # a newly published version is seen by every process after this long at the latest


@dataclass(frozen=True, slots=True)
class Published:
    """A published version with its definition."""

    slug: str
    number: int
    checksum: str
    definition: Definition
    asks_disaster: bool = False
    names: tuple[tuple[str, float], ...] = field(default=(), hash=False, compare=False, repr=False)  # in other languages, for the search
    _shown: dict[str, Definition] = field(default_factory=dict, hash=False, compare=False, repr=False)

    def shown(self) -> Definition:
        """The definition in the language of the page being drawn; names inside sentences are found there too."""
        code = languages.current().code
        if code == "ja":
            return self.definition
        table, city_table = _words(self.slug, self.number, self.checksum, code), city_words(city().folder, code)
        languages.lend(table)
        languages.lend(city_table)
        if code not in self._shown:
            self._shown[code] = translated(self.definition, {**city_table, **table}, languages.word)
        return self._shown[code]


Heads = dict[str, tuple[int, str]]
_current: tuple[float, Heads, Heads] = (0.0, {}, {})  # when it was read, every procedure, those that are offered


def forget() -> None:
    """Drop what is remembered about which versions are current."""
    global _current
    _current = (0.0, {}, {})


def _read_heads() -> tuple[Heads, Heads]:
    """(the newest version of every procedure, those of them that are offered)."""
    global _current
    at, heads, offers = _current
    if not heads or time.monotonic() - at > CACHE_SECONDS:
        heads = {}
        for slug, number, checksum in Version.objects.order_by("slug", "number").values_list("slug", "number", "checksum"):
            heads[slug] = (number, checksum)
        gone = set(Withdrawal.objects.values_list("slug", flat=True))
        offers = {slug: head for slug, head in heads.items() if slug not in gone}
        if (heads, offers) == _current[1:]:
            _, heads, offers = _current  # the same objects: what hangs on them is made anew only when something was published
        _current = (time.monotonic(), heads, offers)
    return heads, offers


def _heads() -> Heads:
    return _read_heads()[0]


def _offers() -> Heads:
    return _read_heads()[1]


@functools.lru_cache(maxsize=2048)
def _read(slug: str, number: int, checksum: str) -> Published:
    body = Version.objects.filter(slug=slug, number=number).values_list("body", flat=True).first()
    if body is None:
        raise NotFound
    d = from_plain(body)
    return Published(slug, number, checksum, d, asks_disaster(d), names_of(d, body.get(TRANSLATIONS, {})))


@functools.lru_cache(maxsize=512)
def _words(slug: str, number: int, checksum: str, code: str) -> Mapping[str, str]:
    """A version's texts in one language, read when a page is first drawn in it: all of them take 8 MB of every process."""
    body = Version.objects.filter(slug=slug, number=number).values_list("body", flat=True).first() or {}
    return dict(body.get(TRANSLATIONS, {}).get(code, {}))


@functools.lru_cache(maxsize=256)
def _filled(slug: str, number: int, checksum: str, disasters: tuple[DisasterTerms, ...]) -> Published:
    """With the city's disasters. The list is part of the key, so that an added one is seen as soon as the list is."""
    plain = _read(slug, number, checksum)
    d = with_disasters(plain.definition, {x.key: x.name for x in disasters})
    return dataclasses.replace(plain, _shown={}, definition=with_event_days(d, {x.key: x.happened_on.isoformat() for x in disasters}))


def _load(slug: str, number: int, checksum: str, *, new: bool) -> Published:
    """``new``: for an application that begins today, which may name only the disasters open today."""
    found = _read(slug, number, checksum)
    if not found.asks_disaster:
        return found
    return _filled(slug, number, checksum, disasters_open(clock.today()) if new else disasters_all())


def offered(slug: str) -> Published:
    """The version that new applications use. Raises Withdrawn, NotFound."""
    found = current(slug)
    if slug not in _offers():
        instead = Withdrawal.objects.filter(slug=slug).values_list("instead", flat=True).first()
        raise Withdrawn(instead or "")
    return found


def current(slug: str) -> Published:
    """The newest version, also of a procedure that is no longer offered: for what was begun or filed on it. Raises NotFound."""
    head = _heads().get(slug)
    if head is None:
        raise NotFound(say("この手続きは見つかりませんでした。"))
    return _load(slug, *head, new=True)


def first_of(slugs: Sequence[str]) -> tuple[list[Published], int]:
    """Those of these that are published, or else the first ones of all, and how many there are: without reading the others."""
    heads = _offers()
    chosen = [slug for slug in slugs if slug in heads] or list(heads)[:len(slugs)]
    return [_load(slug, *heads[slug], new=True) for slug in chosen], len(heads)


def body_of(slug: str) -> dict[str, Any]:
    """The current version as plain data, without its translations: for who works on definitions. Raises NotFound."""
    body = Version.objects.filter(slug=slug).order_by("-number").values_list("body", flat=True).first()
    if body is None:
        raise NotFound
    return {key: value for key, value in body.items() if key != TRANSLATIONS}


def published_times(slug: str) -> dict[int, dt.datetime]:
    """Number of every published version → when it was published."""
    return dict(Version.objects.filter(slug=slug).values_list("number", "published_at"))


def withdrawals() -> list[Withdrawal]:
    """Procedures that are no longer offered, newest first."""
    return list(Withdrawal.objects.order_by("-at", "slug"))


def offered_by(actor: str) -> set[str]:
    """Procedures on offer whose current version was published by ``actor`` (setup: it came from the city's pack)."""
    heads = _offers()
    rows = Version.objects.filter(slug__in=heads, published_by=actor).values_list("slug", "number")
    return {slug for slug, number in rows if heads[slug][0] == number}


def words_of(slug: str) -> dict[str, dict[str, str]]:
    """The translations that the current version carries: language → key of the sentence → translation."""
    body = Version.objects.filter(slug=slug).order_by("-number").values_list("body", flat=True).first() or {}
    return {lang: dict(table) for lang, table in body.get(TRANSLATIONS, {}).items()}


def version(slug: str, number: int) -> Published:
    """A certain version, with the names of all disasters. Raises NotFound."""
    head = _heads().get(slug)
    if head and head[0] == number:
        return _load(slug, *head, new=False)
    row = Version.objects.filter(slug=slug, number=number).values_list("checksum", flat=True).first()
    if row is None:
        raise NotFound
    return _load(slug, number, row, new=False)


def version_filed(slug: str, number: int, checksum: str) -> Published:
    """As version, for who has the checksum (an application says it): nothing is asked of what was read before. Raises NotFound."""
    return _load(slug, number, checksum, new=False)


def years_kept(slug: str, number: int) -> int | None:
    """保存 of a procedure as the city holds it today: of its current definition, else of the version filed on. None: nobody has said."""
    try:
        d = current(slug).definition
    except NotFound:
        d = version(slug, number).definition
    return d.review.keep if d.review.keep is not None else city().keep.get(d.kind)


def accepts(slug: str, number: int) -> bool:
    """May a draft on this version still be filed?"""
    head = _heads().get(slug)
    if head and head[0] == number:
        return True
    until = Version.objects.filter(slug=slug, number=number).values_list("accept_until", flat=True).first()
    return until is not None and clock.now() < until


@dataclass(slots=True)
class _Shelf:
    """Everything current, kept while nothing is published: a page with 500 procedures looks them up once, not each."""

    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    disasters: tuple[DisasterTerms, ...] = ()
    all: list[Published] = field(default_factory=list)


_shelf = _Shelf()
_filling = threading.Lock()


def catalogue() -> list[Published]:
    """Every procedure that is offered, by number."""
    global _shelf
    heads, disasters = _offers(), disasters_open(clock.today())
    if _shelf.heads is not heads or _shelf.disasters != disasters:
        with _filling:  # one thread reads, the others wait for it
            if _shelf.heads is not heads or _shelf.disasters != disasters:
                _shelf = _Shelf(heads, disasters, [_load(slug, *head, new=True) for slug, head in heads.items()])
    return list(_shelf.all)


def warm() -> None:
    """Read everything current and make the index, in a web worker that has just begun. What cannot be read yet, the first page that
    needs it reads."""
    try:
        catalogue()
        index()
    except (DatabaseError, NotFound) as error:
        log.warning("catalogue not read yet: %s", type(error).__name__)


@functools.lru_cache(maxsize=2048)
def _facets(slug: str, number: int, checksum: str) -> facets.Values:
    return facets.values(_read(slug, number, checksum).definition)


def facets_of(p: Published) -> facets.Values:
    """What a procedure is in every group by which a list is narrowed."""
    return _facets(p.slug, p.number, p.checksum)


Stamp = tuple[tuple[str, int], ...]


def synonym_files() -> tuple[Path, Path]:
    """The common synonyms and the city's own."""
    return Path(settings.ROOT) / "procedures" / "search" / "synonyms.yaml", Path(city().folder) / "synonyms.yaml"


def reading_files() -> tuple[Path, Path]:
    """How words are read, common and the city's own."""
    return Path(settings.ROOT) / "procedures" / "search" / "readings.tsv", Path(city().folder) / "readings.tsv"


def _stamp() -> Stamp:
    """When synonyms and readings were last written: a change is searched with at once."""
    return tuple((str(p), p.stat().st_mtime_ns) for p in (*synonym_files(), *reading_files()) if p.exists())


def _readings() -> Readings:
    """The city's word stands before the common one; what cannot be read is left out, `procedures check` names it."""
    common, own = (read_readings(p.read_text(encoding="utf-8"), p.name)[0].of if p.exists() else {} for p in reading_files())
    return Readings({**common, **own})


@functools.lru_cache(maxsize=2)
def _synonyms(stamp: Stamp) -> Synonyms:
    """What of the synonyms can be read; `procedures check` names what cannot."""
    (common, _, _), (own, dropped, _) = (
        read_synonyms(p.read_text(encoding="utf-8"), p.name) if p.exists() else ({}, frozenset[str](), []) for p in synonym_files())
    return joined(common, own, dropped)


@functools.lru_cache(maxsize=2)
def _index(heads: tuple[tuple[str, int, str], ...], stamp: Stamp) -> Index:
    read = [_read(*head) for head in heads]
    return Index((p.definition for p in read), _synonyms(stamp), {p.slug: p.names for p in read}, _readings())


_sorted: tuple[object, tuple[tuple[str, int, str], ...]] = (None, ())


def _offered_heads() -> tuple[tuple[str, int, str], ...]:
    global _sorted
    heads = _offers()
    if _sorted[0] is not heads:
        _sorted = (heads, tuple((slug, *head) for slug, head in sorted(heads.items())))
    return _sorted[1]


def index() -> Index:
    """The index of what is published now."""
    return _index(_offered_heads(), _stamp())


@functools.lru_cache(maxsize=2)
def _names(heads: tuple[tuple[str, int, str], ...]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for head in heads:
        d = _read(*head).definition
        for name in filter(None, (plain(str(n)) for n in (d.name, d.plan_name, *d.aliases))):
            found.setdefault(name, set()).add(head[0])
    return {name: next(iter(slugs)) for name, slugs in found.items() if len(slugs) == 1}


def names_offered() -> Mapping[str, str]:
    """Name or alias, as compared (``rules.find.plain``) → the one procedure on offer that is called so."""
    return _names(_offered_heads())


@functools.lru_cache(maxsize=2)
def _remembering(heads: tuple[tuple[str, int, str], ...]) -> frozenset[str]:
    return frozenset(step.id for head in heads for step in _read(*head).definition.steps if keyed(step))


def pages_remembering() -> frozenset[str]:
    """The names of the pages that ask, in some procedure on offer, what may be answered as before (前回)."""
    return _remembering(_offered_heads())


def mentioned(words: Iterable[str]) -> list[Published]:
    """The procedures on offer that sentences name in 「」, in full, by an 別名 or by how only one name begins; each once."""
    names, slugs = names_offered(), dict[str, None]()
    for name in (plain(name) for text in words for name in _NAMED.findall(str.__str__(text))):
        longer = {slug for whole, slug in names.items() if len(name) > SHORT and whole.startswith(name)}
        slugs |= dict.fromkeys([names[name]] if name in names else longer if len(longer) == 1 else ())
    return [current(slug) for slug in slugs]


def search(query: str) -> Found:
    """Procedures found by words."""
    return index().search(query)
