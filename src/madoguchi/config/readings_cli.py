"""`madoguchi languages readings`: put readings over every Japanese text that residents see (docs/adr/0027)."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from madoguchi.booking import setup as booking
from madoguchi.cards import city as cards
from madoguchi.collection.charges import read_charges
from madoguchi.kernel.said import RUBY, key_of, unruby
from madoguchi.offices.city import City, read_city
from madoguchi.procedures.pack import COMMON, ROOT, TRANSLATIONS_ROOT, city_folder, pack_files, read_file
from madoguchi.procedures.rules import guide, translate
from madoguchi.web.languages import FURIGANA, LOCALE

from .furigana import ONE, Reader, Unread, sudachi, words_of
from .languages_cli import catalogue_file, sayings
from .procedures_cli import read_finders

HOUSE_WORDS = LOCALE / FURIGANA.code / "readings.yaml"
FINDERS = "finders"  # texts of the finders (手続きナビ)
HEAD = "# `madoguchi languages readings` が作る。直すときは readings.yaml を直して作り直す(docs/adr/0027)\n"
INSTALL = "読みを作るには SudachiPy が要ります(開発者用。docs/developer.md): pip install --require-hashes -r requirements/readings.lock"


# said through a variable or made by the staff's side (intake.retold), where `languages extract` does not see them
UNSEEN = (
    "結果が出ました（{name}）", "結果：{name}", "普通", "当座", "貯蓄",
    "「{label}」が「{answer}」のときだけ入力してください", "「{label}」が「{answer}」以外のときだけ入力してください",
)


def page_texts() -> list[str]:
    """Every sentence of the pages that has kanji."""
    return [text for text in dict.fromkeys((*sayings(), *UNSEEN)) if ONE.search(text)]


def definition_texts(city: City) -> dict[str, list[str]]:
    """Per side file (a procedure, or what several have in common) the texts with kanji, and the other words that residents may read."""
    users: dict[str, dict[str, None]] = {}
    for path, override in pack_files(city):
        for over in dict.fromkeys((override, None)):
            definition, _ = read_file(path, over, city)
            for text in (*translate.texts(definition), *translate.other_words(definition)) if definition else ():
                if ONE.search(text):
                    users.setdefault(text, {})[path.stem] = None
    files: dict[str, list[str]] = defaultdict(list)
    for text, slugs in users.items():
        files[COMMON if len(slugs) > 1 else next(iter(slugs))].append(text)
    files[FINDERS] = [t for t in dict.fromkeys(t for _, f, _ in read_finders(city) if f for t in guide.texts(f)) if ONE.search(t)]
    return dict(files)


def city_texts(city: City) -> list[str]:
    """What the city calls itself, its sections, its life events and disasters, its taxes and charges, its counters."""
    names = [city.name, city.address, city.hours, *(x["名"] for x in city.disasters)]
    names += [n for s in city.sections.values() for n in (s.name, s.unit)]
    names += [n for e in city.life_events.values() for n in (e.name, e.note)]
    names += [charge.name for charge in read_charges(city.folder).all.values()]
    names += booking.texts(booking.read_setup(city.folder)) + cards.texts(cards.read_cards(city.folder))
    return [text for text in dict.fromkeys(map(str, names)) if ONE.search(text)]


def _side_file(path: Path, texts: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{key_of(text)}:\n  原文: {json.dumps(text, ensure_ascii=False)}\n  訳: {json.dumps(reading, ensure_ascii=False)}\n"
            for text, reading in texts.items()]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")


def _catalogue(texts: Mapping[str, str]) -> None:
    fresh, path = Catalog(charset="utf-8"), catalogue_file(FURIGANA.code)
    for text, reading in sorted(texts.items()):
        fresh.add(text, reading)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, omit_header=True, width=0, include_lineno=False)


def _review(readings: Iterable[str]) -> None:
    """Every distinct word with its reading, how often, and where: for eyes that read Japanese."""
    seen: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], str] = {}
    for text in readings:
        for m in RUBY.finditer(text):
            word = (m[1] or m[2], m[3])
            seen[word] += 1
            places.setdefault(word, unruby(text[:m.start()])[-8:] + "【" + word[0] + "】" + unruby(text[m.end():])[:8])
    for found in sorted(seen):
        print(*found, seen[found], repr(places[found]), sep="\t")


def readings(argv: list[str]) -> int:
    """Make all catalogues of readings anew; ``--list`` prints the distinct readings for review. With the pack of another city (MADOGUCHI_CITY)
    only that city's own: the common ones are made of all procedures, in the words of a 市."""
    city = read_city(city_folder())
    try:
        words, tokens = words_of(HOUSE_WORDS, city.folder / "readings.yaml"), sudachi()
        pages, definitions = Reader(words, tokens, words.pages), Reader(words, tokens, words.definitions)
        said = {t: pages.read(t) for t in page_texts()}
        files = {name: {t: definitions.read(t) for t in texts} for name, texts in definition_texts(city).items()}
        own = {t: definitions.read(t) for t in city_texts(city)}
    except ImportError:
        print(INSTALL, file=sys.stderr)
        return 2
    except Unread as error:
        print(f"読みを付けられません: {error}。readings.yaml に書いてください", file=sys.stderr)
        return 1
    everything = {**said, **{t: r for texts in files.values() for t, r in texts.items()}, **own}
    if "--list" in argv:
        _review(everything.values())
        return 0
    if city.folder.parent != ROOT / "cities":
        _side_file(city.folder / "translations" / f"{FURIGANA.code}.yaml", own)
        print(f"市のパックの{len(own)}の文に読みを付けました")
        return 0
    _catalogue(said)
    for gone in set((TRANSLATIONS_ROOT / FURIGANA.code).glob("*.yaml")) - {TRANSLATIONS_ROOT / FURIGANA.code / f"{n}.yaml" for n in files}:
        gone.unlink()
    for name, texts in files.items():
        _side_file(TRANSLATIONS_ROOT / FURIGANA.code / f"{name}.yaml", texts)
    _side_file(city.folder / "translations" / f"{FURIGANA.code}.yaml", own)
    print(f"{len(everything)}の文に読みを付けました")
    return 0
