"""The finders (手続きナビ) of this city hall: common files with the city's overrides, read anew when a file was written."""

from __future__ import annotations

import functools
import logging
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import Words, key_of, say
from madoguchi.offices.public import city, city_words
from madoguchi.web import languages

from . import selectors
from .finder_files import finder_files, known_slugs
from .pack import common_text, our_words
from .rules.guide import Finder, Task, read_finder, turned
from .rules.leads import led

log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int], ...]


@functools.lru_cache(maxsize=2)
def _read(stamp: Stamp, slugs: frozenset[str]) -> dict[str, Finder]:
    here, found = city(), dict[str, Finder]()
    for name, (path, over) in finder_files(Path(settings.ROOT), Path(here.folder)).items():
        override = (over.read_text(encoding="utf-8"), str(over)) if over else None
        finder, problems = read_finder(common_text(path, here)[0], str(path), override=override, sections=here.sections,
                                       events=here.life_events, slugs=slugs)
        if finder is None:
            log.error("finder %s is left out: %s", name, "; ".join(map(str, problems)))
        else:
            found[name] = finder
    return found


def _stamp() -> Stamp:
    files = (p for pair in finder_files(Path(settings.ROOT), Path(city().folder)).values() for p in pair if p)
    return tuple((str(p), p.stat().st_mtime_ns) for p in files)


_led: tuple[object, object, dict[str, Finder]] = (None, None, {})  # files as read, names on offer, the finders made of both


def finders() -> dict[str, Finder]:
    """Every finder, as the files and what is on offer stand. One that has a fault is left out; `procedures check` names the fault."""
    global _led
    offered = frozenset(p.slug for p in selectors.catalogue())
    read = _read(_stamp(), known_slugs(Path(settings.ROOT), Path(city().folder)) | offered)
    names = selectors.names_offered()
    if _led[0] is not read or _led[1] is not names:
        _led = (read, names, {name: led(found, names, offered) for name, found in read.items()})
    return dict(_led[2])


def tasks_offline() -> list[tuple[Finder, Task]]:
    """What finders send people to a section of the city for and that has no procedure on offer, in the order of the files: such a task is
    led to one as soon as one of its name or 別名 is published."""
    offered = {p.slug for p in selectors.catalogue()}
    return [(f, t) for f in finders().values() for t in f.tasks if t.section and not t.place and t.slug not in offered]


def finder(name: str) -> Finder:
    """A finder. Raises NotFound."""
    found = finders().get(name)
    if found is None:
        raise NotFound(say("このナビは見つかりませんでした。手続きナビの一覧から選んでください。"))
    return found


@functools.lru_cache(maxsize=16)
def _words(code: str) -> dict[str, str]:
    """The texts of all finders in a language, by key of the source."""
    return our_words(Path(settings.ROOT) / "procedures" / "translations" / code / "finders.yaml", code)


def shown(found: Finder) -> Finder:
    """The finder in the language of the page being drawn; its words are lent to sentences, too."""
    code = languages.current().code
    if code == "ja":
        return found
    table = {**city_words(city().folder, code), **_words(code)}
    languages.lend(table)

    def turn(text: str) -> str:
        if not text:
            return text
        told = table.get(key_of(text)) or languages.word(text)
        return Words(text, "ja") if told is None else Words(told)

    return turned(found, turn)
