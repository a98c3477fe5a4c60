"""Which sheets are one application: pure decisions about codes and their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OPEN, FILED = "open", "filed"
KEEP_DAYS = 30  # a packet that was filed stays on the list so long
TAKING, READING, DONE = "taking", "reading", "done"  # of a scan
NO_CODE, FOREIGN, TWICE, BROKEN = "no_code", "foreign", "twice", "broken"
SLOW_TRIES = 3  # so often a sheet that takes too long is tried
PROBLEMS = {NO_CODE: "二次元コードが読めません", FOREIGN: "この市の様式にない二次元コードです", TWICE: "同じページが2枚あります", "": ""}
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


@dataclass(slots=True)
class Sorted:
    """Sheets (by place in the upload) that belong together, and those that a clerk must look at, with why."""

    packets: list[dict[int, int]] = field(default_factory=list)  # page of the form → sheet
    aside: dict[int, str] = field(default_factory=dict)


def code_read(text: str) -> Code | None:
    """A code of ours, None for any other."""
    found = CODE.fullmatch(text)
    return Code(found[1], found[2], int(found[3]), int(found[4] or 0), found[5] or "") if found else None


def sort(leaves: Sequence[Leaf | str]) -> Sorted:
    """Sheets in the order in which they were scanned; a text is why one has no place. Page 1, or a page of another form, begins the
    next application; a page that is there already waits for the clerk. After a sheet that could not be read nothing is added to what came
    before: it may have been the beginning of another application."""
    out, here = Sorted(), ("", 0)
    for sheet, leaf in enumerate(leaves):
        if isinstance(leaf, str):
            out.aside[sheet] = leaf
            here = ("", 0) if leaf == BROKEN else here
            continue
        form = (leaf.slug, leaf.version)
        if form != here or leaf.page == 1:
            out.packets.append({})
            here = form
        if leaf.page in out.packets[-1]:
            out.aside[sheet] = TWICE
        else:
            out.packets[-1][leaf.page] = sheet
    return out


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
