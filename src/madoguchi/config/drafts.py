"""Drafts made of rows of the inventory (手続棚卸): files in <data>/drafts, published as versions where that is asked for.

A file is made anew only while nobody has touched it: its last line holds a digest of the rest (docs/adr/0037)."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from madoguchi.booking.public import services_online
from madoguchi.builder.public import MARK, copied_slugs
from madoguchi.builder.public import drafts_folder as folder
from madoguchi.kernel import clock
from madoguchi.offices.public import City, city
from madoguchi.procedures.pack import COMMON, PATTERNS, pack_files, patterns, read_file, tables
from madoguchi.procedures.public import version_publish
from madoguchi.procedures.rules import translate
from madoguchi.procedures.rules.draft_pages import Words
from madoguchi.procedures.rules.draft_row import Row, called, row_of, slug_of, wide
from madoguchi.procedures.rules.model import Definition
from madoguchi.procedures.rules.patterns import Pattern, Place, choose, draft, section_of
from madoguchi.procedures.rules.read import TRANSLATIONS, read, resolve

ELSEWHERE = "「手続きの作成」で直しています。公開も、その画面でします"
STOPPED = "公開してよいと担当課が決めたら、「手続棚卸」で状態を決めて理由をメモに書いてください"
EDITION = re.compile(r"^版: (\d{4}-\d\d-\d\d)$", re.M)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one row. ``state``: new, again (made anew), same, edited (somebody's work, left as it is), pack (has a
    definition of its own), twice (its number was in the list already), wrong."""

    key: str
    name: str
    slug: str
    state: str
    pattern: str = ""
    why: str = ""
    doubts: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    published: bool = False
    file: Path | None = None
    barred: str = ""  # why: by paper, a seal or a visit, as the list says, or as a person decided
    section: str = ""  # 担当課 of the row, where the city has no such section

    @property
    def publishable(self) -> bool:
        """Can it be published as it is? What is barred can, but only where somebody says so."""
        return not self.blocks and self.state not in ("pack", "twice", "wrong")


@dataclass(slots=True)
class Report:
    """What became of all rows."""

    rows: list[Made] = field(default_factory=list)

    @property
    def states(self) -> Counter[str]:
        """How many rows came to each state."""
        return Counter(r.state for r in self.rows)

    @property
    def patterns(self) -> Counter[str]:
        """How many rows got each pattern."""
        return Counter(r.pattern for r in self.rows if r.pattern)

    @property
    def sections_missing(self) -> Counter[str]:
        """Sections that city.yaml does not have, with how many rows wait for them."""
        return Counter(r.section for r in self.rows if r.section)

    @property
    def published(self) -> int:
        """How many have been published."""
        return sum(r.published for r in self.rows)

    @property
    def barred(self) -> int:
        """How many of those are barred, by the list (paper, a seal, a visit) or by a person."""
        return sum(r.published and bool(r.barred) for r in self.rows)

    @property
    def held(self) -> int:
        """How many could be published, but for what bars them."""
        return sum(r.publishable and bool(r.barred) and not r.published for r in self.rows)

    @property
    def publishable(self) -> int:
        """How many may be published."""
        return sum(r.publishable for r in self.rows)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _marked(text: str) -> str:
    return f"{text}{MARK}{_digest(text)} (手で直したかどうかを見分ける印。直したファイルは、作り直しても上書きされません)\n"


def untouched(text: str) -> bool:
    """Is this a draft as it was made?"""
    rest, mark, tail = text.rpartition(MARK)
    return bool(mark) and _digest(rest) == tail[:16]


def _bare(text: str) -> str:
    """The text without what differs from day to day."""
    return EDITION.sub("", text.rpartition(MARK)[0], count=1)


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    half = file.with_suffix(".tmp")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


def _checked(text: str, file: Path, here: City) -> tuple[Definition | None, tuple[str, ...]]:
    d, problems = read(text, str(file), sections=here.sections, appeals=here.appeals, life_events=here.life_events,
                       fees=here.fees)
    return d, tuple(map(str, problems))


@dataclass(slots=True)
class _Desk:
    """What the making of all rows shares."""

    actor: str
    publish: bool
    barred: bool  # publish these too
    here: City
    place: Place
    patterns: Sequence[Pattern]
    words: Words
    pack: dict[str, str]  # number → number, and every name of a hand-made definition → its number
    common: dict[str, dict[str, str]]
    copied: set[str] = field(default_factory=copied_slugs)
    seen: set[str] = field(default_factory=set)

    def row(self, raw: Row) -> Made:
        row = row_of(raw)
        slug, name = slug_of(row), row["name"].replace("\n", " ")
        own = self.pack.get(slug) or next((found for word in called(name) if (found := self.pack.get(wide(word)))), "")
        if own:
            return Made(row["key"], name, own, "pack", blocks=(f"手続「{own}」の定義がすでにあります",))
        if slug in self.seen:
            return Made(row["key"], name, slug, "twice", blocks=("同じ手続IDの行が二つあります。どちらかのIDを直してください",))
        self.seen.add(slug)
        if slug in self.copied:
            return Made(row["key"], name, slug, "edited", blocks=(ELSEWHERE,))
        pattern, why = choose(row, self.patterns)
        lost = "" if section_of(row["section"], self.place.sections) else row["section"]
        made = Made(row["key"], name, slug, "new", pattern.name, why, file=folder() / f"{slug}.yaml", section=lost,
                    barred=row["barred"].replace("\n", " "))
        return self._drawn(made, row, pattern)

    def _drawn(self, made: Made, row: Row, pattern: Pattern) -> Made:
        assert made.file is not None
        before = made.file.read_text(encoding="utf-8") if made.file.exists() else ""
        if before and not untouched(before):
            d, faults = _checked(before, made.file, self.here)
            left = dataclasses.replace(made, state="edited", doubts=tuple(ja for _, ja in d.doubts) if d else (), blocks=faults)
            return self._done(left, before, d)
        found = draft(row, pattern, made.why, self.words, self.place)
        text, state = _marked(found.text), "again" if before else "new"
        if before and _bare(text) == _bare(before):
            text, state = before, "same"
        else:
            _write(made.file, text)
        d, faults = _checked(text, made.file, self.here)
        made = dataclasses.replace(made, state=state if d else "wrong", doubts=found.doubts, blocks=(*found.blocks, *faults))
        return self._done(made, text, d)

    def _done(self, made: Made, text: str, d: Definition | None) -> Made:
        if not self.publish or d is None or not made.publishable or (made.barred and not self.barred):
            return made
        _published(d, text, self.actor, self.common)
        return dataclasses.replace(made, published=True)


def _published(d: Definition, text: str, actor: str, common: dict[str, dict[str, str]]) -> None:
    """A version like every other; sentences that hand-made definitions have too bring their translations."""
    kept = translate.wanted(d, common)
    version_publish(actor=actor, slug=d.id, body=resolve(text, d.file) | ({TRANSLATIONS: kept} if kept else {}))


def _pack(here: City) -> dict[str, str]:
    """Numbers and names that hand-made definitions have already."""
    out: dict[str, str] = {}
    for path, override in pack_files(here):
        out[path.stem] = path.stem
        d, _ = read_file(path, override, here)
        if d is not None:
            out |= {wide(name): d.id for name in (*d.aliases, d.plan_name, d.name) if name}
    return out


def drafts_make(rows: Iterable[Row], *, actor: str, publish: bool, barred: bool = False) -> Report:
    """Make a draft of every row, and publish those that may be; those that the list or a person bars only with ``barred``. Safe to run
    again: what somebody edited is left alone, the same content makes no new version. Raises pack.PatternsWrong."""
    found, words = patterns()
    here = city()
    folder().mkdir(parents=True, exist_ok=True)
    desk = _Desk(actor, publish, barred, here, _place(here), found, words, _pack(here), tables(COMMON))
    return Report([desk.row(raw) for raw in rows])


def draft_publish(slug: str, *, actor: str, barred: str = "", blocks: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Publish one draft as its file is now. ``barred``: why the list or a person bars it; ``blocks``: what the row leaves open, which holds
    until somebody has worked on the file. Returns what must be mended first; nothing when it is published."""
    file = folder() / f"{slug}.yaml"
    if not re.fullmatch(r"[a-z0-9-]+", slug) or not file.exists():
        return (f"{file} がありません。番号を確認してください",)
    if slug in copied_slugs():
        return (ELSEWHERE,)
    if barred:
        return (f"{barred}{STOPPED}",)
    text = file.read_text(encoding="utf-8")
    if slug in {path.stem for path, _ in pack_files(city())}:
        return (f"手続「{slug}」は市のパックにあります。下書きを消し、パックの定義を直してください",)
    if blocks and untouched(text):
        return blocks
    d, faults = _checked(text, file, city())
    if d is None or faults:
        return faults
    if d.id != slug:
        return (f"{file} の「手続」が「{d.id}」です。ファイルの名前と同じにしてください",)
    _published(d, text, actor, tables(COMMON))
    return ()


def barred_slugs(rows: Iterable[Row]) -> dict[str, str]:
    """Number of a draft → why its row is barred."""
    return {slug_of(row): row["barred"] for row in map(row_of, rows) if row["barred"]}


def blocks_of(rows: Iterable[Row], slugs: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Number of a draft → what its row leaves open. Raises pack.PatternsWrong."""
    (found, words), place = patterns(), _place(city())
    return {slug_of(row): draft(row, *choose(row, found), words, place).blocks for row in map(row_of, rows) if slug_of(row) in slugs}


def _place(here: City) -> Place:
    return Place({k: str(s.name) for k, s in here.sections.items()}, {k: str(e.name) for k, e in here.life_events.items()},
                 clock.today().isoformat(), {s.section for s in services_online()})


def patterns_check() -> list[str]:
    """A draft of every pattern, from a row that says nothing but a name: what `procedures check` has against it."""
    found, words = patterns()
    here, out = city(), []
    place = Place({k: str(s.name) for k, s in here.sections.items()}, {}, "2026-01-01")
    for pattern in found:
        made = draft({"key": "", "name": "見本の手続き"}, pattern, "検査", words, place)
        out += [f"{pattern.name}: {fault}" for fault in _checked(made.text, PATTERNS / f"{pattern.id}.yaml", here)[1]]
    return out
