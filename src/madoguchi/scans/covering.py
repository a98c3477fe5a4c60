"""Where a sheet may show a 個人番号: these places are painted over for everybody until somebody opens them with a reason (seeing.py)."""

from __future__ import annotations

from madoguchi.files.public import Areas
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition

from . import selectors
from .models import Page
from .rules import BLANK, code_read

KIND = "個人番号"
MARGIN = 1.5  # mm around a box: a digit may stand over its frame


def numbers_of(d: Definition) -> set[str]:
    """The questions of a form that ask for a 個人番号."""
    return {q.id for step in d.steps for q in step.questions if q.type == KIND}


def is_foreign(page: Page) -> bool:
    """Is it a sheet of which no code says what is on it?"""
    return selectors.leaf_of(code_read(page.code)) is None


def foreign_open(page: Page) -> bool:
    """May a sheet without a code of ours be shown as it is: nothing was seen on it, somebody who looked says so, or it is a page of a form that
    asks for no number?"""
    return page.no_number or page.problem == BLANK or bool(
        page.packet and page.leaf and not numbers_of(selectors.definition_of(page.packet)))


def areas_of(page: Page) -> Areas | None:
    """The places of the sheet's picture to be painted over, by their corners; None: the whole of it, since the form asks for a number and its
    place on this picture is not known (no marks, or a form printed with other choices), or the sheet is no form of the city and nobody who
    looked at it has said that there is none."""
    from .straight import sheet_of  # PIL: no worker takes it in before somebody looks at a sheet

    code = code_read(page.code)
    leaf = selectors.leaf_of(code)
    if code is None or leaf is None:
        return [] if foreign_open(page) else None
    wanted = numbers_of(procedures.version(leaf.slug, leaf.version).definition)
    if not wanted:
        return []
    found, sheet = selectors.map_seen(leaf.slug, leaf.version, code), sheet_of(page.marks)
    if found is None:
        return None
    places = [box.place for box in found.boxes if box.page == leaf.page and box.question in wanted]
    if sheet is None:
        return None if places else []
    out = []
    for p in places:
        left, top, right, bottom = p.x - MARGIN, p.y - MARGIN, p.x + p.width + MARGIN, p.y + p.height + MARGIN
        out.append([list(sheet.at(x, y)) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))])
    return out
