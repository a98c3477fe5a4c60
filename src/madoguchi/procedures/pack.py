"""The pack's files: definitions shared by all cities, the city's overrides and own, and the translations beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from madoguchi.kernel import kinds
from madoguchi.kernel.said import key_of

from .rules import overlay, splice, translate
from .rules.draft_pages import Words
from .rules.model import Definition
from .rules.patterns import Pattern, read_pattern, read_words
from .rules.read import TRANSLATIONS, read, resolve
from .rules.yaml_strict import Problem

if TYPE_CHECKING:  # `madoguchi procedures check` works without Django
    from madoguchi.offices.public import City

ROOT = Path(__file__).resolve().parents[3]
TRANSLATIONS_ROOT = ROOT / "procedures" / "translations"
PATTERNS = ROOT / "procedures" / "patterns"
SECTIONS = re.compile(r"((?:^担当|[{ ]課): *)(\w+)", re.MULTILINE)  # where a common definition or finder names a section
COMMON = "common"  # texts that more than one procedure has


class PatternsWrong(ValueError):
    """The patterns cannot be used; the message has a line for each fault."""


def city_folder() -> Path:
    """The city pack in use: MADOGUCHI_CITY, default cities/nanao."""
    return Path(os.environ.get("MADOGUCHI_CITY") or ROOT / "cities" / "nanao").resolve()


def pack_files(city: City) -> Iterator[tuple[Path, Path | None]]:
    """Every definition of the pack: (file, the city's override or None). The city's own files come without override; of the common ones
    those that the city names (city.yaml 手続き), or all."""
    own = {path.stem: path for path in sorted((city.folder / "procedures").glob("*.yaml"))}
    for path in sorted((ROOT / "procedures").glob("*.yaml")):
        override = own.pop(path.stem, None)
        if not city.offers or path.stem in city.offers:
            yield path, override
    for path in own.values():
        yield path, None


def tables(slug: str, common: dict[str, dict[str, str]] | None = None) -> dict[str, dict[str, str]]:
    """The side files of a procedure: language → key of the source → translation, over the words common to all. ``common``: those
    words (``tables(COMMON)``), for who asks about many procedures: they take 0.2 s to read."""
    found: dict[str, dict[str, str]] = {}
    for folder in sorted(TRANSLATIONS_ROOT.iterdir()) if TRANSLATIONS_ROOT.exists() else ():
        shared = our_words(folder / f"{COMMON}.yaml", folder.name) if common is None else common.get(folder.name, {})
        found[folder.name] = shared | our_words(folder / f"{slug}.yaml", folder.name) if slug != COMMON else shared
    return found


def side_file(path: Path) -> list[translate.Entry]:
    """One side file; an absent one is empty."""
    if not path.exists():
        return []
    import yaml  # here, because a web process that serves residents never needs it

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C: 0.2 instead of 1.2 s a procedure
    return list(translate.entries(yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}))  # noqa: S506 - text only


def our_words(path: Path, language: str) -> dict[str, str]:
    """A side file as key of the source → translation, as a municipality of this kind (kernel.kinds) says both."""
    if kinds.current() == kinds.CITY:
        return {entry.key: entry.text for entry in side_file(path)}
    return {key_of(kinds.ours(entry.source)): kinds.spoken(entry.text, language) for entry in side_file(path)}


def body(path: Path, override: Path | None, definition: Definition, common: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:
    """What a published version stores: the resolved definition with the translations of its texts. ``common``: see `tables`."""
    over = (override.read_text(encoding="utf-8"), str(override)) if override else None
    plain = resolve(common_text(path)[0], str(path), over)
    kept = translate.wanted(definition, tables(definition.id, common))
    return plain | ({TRANSLATIONS: kept} if kept else {})


def text_of(path: Path) -> tuple[str, list[Problem]]:
    """The text of one file and, where it is none in UTF-8, what is wrong with it."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", [Problem(str(path), line, "文字コードがUTF-8ではありません(Shift_JISなど)。UTF-8で保存し直してください")]


def common_text(path: Path, city: City | None = None) -> tuple[str, list[Problem]]:
    """The text of a file of the pack for a city (None: the one in use), and what is wrong with it. One of the common files speaks as a
    municipality of the city's kind (市長 → 町長) and names the city's own section where that does the work (受け持ち); its lines stay."""
    text, wrong = text_of(path)
    if not path.resolve().is_relative_to(ROOT / "procedures"):
        return text, wrong
    if city is None:
        from madoguchi.offices.public import city as in_use

        city = in_use()
    desks = city.desks
    return SECTIONS.sub(lambda m: m[1] + desks.get(m[2], m[2]), kinds.turned(text, city.kind)) if desks or city.kind != kinds.CITY else text, wrong


def read_file(path: Path, override: Path | None, city: City) -> tuple[Definition | None, list[Problem]]:
    """Read one definition with its override against the city's sections, appeals and fees."""
    text, wrong = common_text(path, city)
    own, more = text_of(override) if override else ("", [])
    if wrong or more:
        return None, [*wrong, *more]
    return read(text, str(path), override=(own, str(override)) if override else None, sections=city.sections, appeals=city.appeals,
                life_events=city.life_events, fees=city.fees, name=path.stem)


def patterns() -> tuple[list[Pattern], Words]:
    """Every pattern with the table of words. Raises PatternsWrong."""
    found: list[Pattern] = []
    faults: list[str] = []
    words = None
    for path in sorted(PATTERNS.glob("*.yaml")):
        text = common_text(path)[0]
        if path.stem == COMMON:
            words, problems = read_words(text, str(path))
        else:
            pattern, problems = read_pattern(text, str(path))
            found += [pattern] if pattern else []
        faults += map(str, problems)
    if faults or words is None or not found:
        raise PatternsWrong("\n".join(faults) or f"{PATTERNS} に型がありません。")
    return found, words


def pack_text(city: City, slug: str) -> str | None:
    """The text of the pack's definition as this city uses it: the common file, the city's override cut into it. None: not in the pack."""
    for path, override in pack_files(city):
        if path.stem == slug:
            text = splice.cleaned(common_text(path, city)[0])
            return _overlaid(text, overlay.plain(splice.data(override.read_text(encoding="utf-8"))), ()) if override else text
    return None


def _overlaid(text: str, over: Any, path: splice.Path) -> str:
    """As read.merge lays one on the other, in the text."""
    held = splice.at(splice.data(text), path)
    if isinstance(held, dict) and isinstance(over, dict):
        for key, value in over.items():
            if overlay.removes(value):
                text = _cut(text, (*path, key)) if key in held else text
                continue
            text = _overlaid(text, value, (*path, key)) if key in held else splice.put(text, (*path, key), value)
        return text
    if isinstance(held, list) and isinstance(over, list) and all(isinstance(x, dict) and "番号" in x for x in over):
        for table in over:
            there = [i for i, old in enumerate(splice.at(splice.data(text), path)) if isinstance(old, dict) and old.get("番号") == table["番号"]]
            end = len(splice.at(splice.data(text), path))
            if overlay.removes(table):
                text = _cut(text, (*path, there[0])) if there else text
                continue
            text = _overlaid(text, table, (*path, there[0])) if there else splice.insert(text, (*path, end), table)
        return text
    return splice.put(text, path, over)


def _cut(text: str, path: splice.Path) -> str:
    """Without what an override takes away; a heading goes with the last that stood under it."""
    alone = len(path) > 1 and len(splice.at(splice.data(text), path[:-1])) == 1
    return splice.drop(text, path[:-1] if alone else path)
