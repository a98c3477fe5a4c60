"""Which sheets are one application: pure decisions about codes and their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from madoguchi.kernel.kinds import ours

OPEN, FILED = "open", "filed"
KEEP_DAYS = 30  # a packet that was filed stays on the list so long
TAKING, READING, DONE = "taking", "reading", "done"  # of a scan
NO_CODE, FOREIGN, TWICE, BROKEN, BLANK, SIGNED = "no_code", "foreign", "twice", "broken", "blank", "signed"
SLOW_TRIES = 3  # so often a sheet that takes too long is tried
PROBLEMS = {NO_CODE: "二次元コードが読めません", FOREIGN: ours("この市の様式にない二次元コードです"), TWICE: "同じページが2枚あります",
            BLANK: "白紙のようです", SIGNED: "申請の受付番号が付いた紙です(署名を受けた紙など)", "": ""}
RECEIPT = re.compile(r"R\d{1,2}-\d{4}-\d{4}-\d")  # on a paper that was printed with the answers (docs/adr/0046)
DOUBTFUL = "読み取ったページの順が入れ替わっていました。どの紙も同じ方のものか、画像で確かめてください"
CODE = re.compile(r"madoguchi:([a-z0-9-]{1,80}):([0-9-]{4,20}):(\d{1,2})(?::(\d{1,6}):([0-9a-f]{6}))?")


@dataclass(frozen=True, slots=True)
class Code:
    """What the code of a sheet says; ``number`` is 0 on forms printed before codes named the published version."""

    slug: str
    edition: str
    page: int
    number: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a form of a published version."""

    slug: str
    version: int
    page: int
    total: int = 0  # pages of the form; 0: not known


@dataclass(slots=True)
class Sorted:
    """Sheets (by place in the upload) that belong together, and those that a clerk must look at, with why. ``doubtful``: packets (by place)
    whose sheets may be two people's, because they did not come in order."""

    packets: list[dict[int, int]] = field(default_factory=list)  # page of the form → sheet
    aside: dict[int, str] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)


def code_read(text: str) -> Code | None:
    """A code of ours, None for any other."""
    found = CODE.fullmatch(text)
    return Code(found[1], found[2], int(found[3]), int(found[4] or 0), found[5] or "") if found else None


def sort(leaves: Sequence[Leaf | str]) -> Sorted:
    """Sheets in the order in which they were scanned; a text is why one has no place. Page 1, or a page of another form, begins the
    next application; a page that is there already waits for the clerk. After a sheet that could not be read nothing is added to what came
    before: it may have been the beginning of another application. A heap that was laid in the wrong way round is told by its order."""
    out, run = Sorted(), list[tuple[int, Leaf]]()
    for sheet, leaf in enumerate(leaves):
        if isinstance(leaf, str):
            out.aside[sheet] = leaf
        if leaf == BROKEN or (isinstance(leaf, Leaf) and run and (leaf.slug, leaf.version) != (run[-1][1].slug, run[-1][1].version)):
            _grouped(out, run)
            run = []
        if isinstance(leaf, Leaf):
            run.append((sheet, leaf))
    _grouped(out, run)
    return out


def _grouped(out: Sorted, run: Sequence[tuple[int, Leaf]]) -> None:
    """Sheets of one form that followed each other: whole sets from the last page to the first are read that way round. Where they neither are
    nor begin with page 1, nobody can tell where one person's sheets end."""
    if not run:
        return
    pages, total, begun = [leaf.page for _, leaf in run], run[0][1].total, len(out.packets)
    backwards = total > 1 and pages == [*range(total, 0, -1)] * (len(pages) // total)
    for sheet, leaf in run:
        if len(out.packets) == begun or leaf.page == (total if backwards else 1):
            out.packets.append({})
        if leaf.page in out.packets[-1]:
            out.aside[sheet] = TWICE
        else:
            out.packets[-1][leaf.page] = sheet
    if not backwards and pages[0] != 1:
        out.doubtful |= {n for n in range(begun, len(out.packets)) if len(out.packets[n]) > 1}


def missing(pages: Sequence[int], total: int) -> list[int]:
    """The pages of a form that have not come."""
    return [n for n in range(1, total + 1) if n not in pages]


def split_address(text: str) -> dict[str, str]:
    """What stands on the lines of an address, into the parts of the form; what does not fit stays in the first."""
    plain = re.sub(r"\s+", "", text)
    found = re.fullmatch(r"((?:.{2,3}[都道府県])?.+?[市区町村])(.*?)([0-9０-９].*)?", plain)
    if not found:
        return {"city": plain} if plain else {}
    return {key: value for key, value in zip(("city", "town", "lot"), found.groups(), strict=True) if value}


def raw_of(parts: Mapping[str, str], prefix: str) -> dict[str, list[str]]:
    """Parts of an answer as a form sends them."""
    return {f"{prefix}.{key}" if key not in ("", "*") else prefix: value.split("\x1f") if key == "*" else [value]
            for key, value in parts.items() if value}
