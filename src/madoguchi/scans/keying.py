"""From the sheets to the fields of a page of the form: which pictures stand beside a field, and what the machine reads in them."""

from __future__ import annotations

import io

from PIL import Image

from madoguchi.files.public import painted
from madoguchi.procedures.public import Step
from madoguchi.procedures.rules.faces.pdf import PaperBox

from . import reading, selectors, services
from .covering import areas_of, numbers_of
from .models import Packet, Page
from .rules import raw_of
from .straight import SCALE, cut, sheet_of

MARGIN = 1.0  # mm around a box


def name_of(box: PaperBox) -> str:
    """The field of a box as the form names it."""
    return f"{box.group}.{box.index}.{box.question}" if box.group else box.question


def crops_of(packet: Packet) -> dict[str, list[tuple[int, int, int, str]]]:
    """Field → its pictures: the number of the box, how large it is drawn (half of its pixels), and the sheet where it is painted over."""
    out: dict[str, list[tuple[int, int, int, str]]] = {}
    numbers = numbers_of(selectors.definition_of(packet))
    for n, (page, box) in enumerate(selectors.boxes_of(packet)):
        size = (n, int((box.place.width + 2) * SCALE / 2), int((box.place.height + 2) * SCALE / 2), str(page.id) if box.question in numbers else "")
        out.setdefault(name_of(box), []).append(size)
    return out


def picture_of(page: Page, box: PaperBox, *, opened: bool = False) -> bytes | None:
    """One box, cut out of its sheet and put straight (JPEG), with a 個人番号 painted over unless it is ``opened`` (seeing.py has recorded it);
    None while the sheet's marks are not found."""
    sheet = sheet_of(page.marks)
    if sheet is None:
        return None
    out = io.BytesIO()
    with services.file_of(page) as source:
        data = source.read()
    areas = [] if opened else areas_of(page)
    with Image.open(io.BytesIO(data if areas == [] else painted(data, areas))) as image:
        cut(image, sheet, box.place, MARGIN).save(out, "JPEG", quality=75)
    return out.getvalue()


def suggested(packet: Packet, step: Step) -> dict[str, list[str]]:
    """What the machine reads for a page of the form, as a form would send it. Nothing of it is kept."""
    kinds = {q.id: q.type for q in step.questions}
    by_page: dict[str, tuple[Page, list[PaperBox]]] = {}
    for page, box in selectors.boxes_of(packet):
        if box.question in kinds:
            by_page.setdefault(str(page.id), (page, []))[1].append(box)
    raw: dict[str, list[str]] = {}
    entries = 0
    for page, boxes in by_page.values():
        sheet = sheet_of(page.marks)
        if sheet is None:
            continue
        with services.file_of(page) as source, Image.open(source) as image:
            found = reading.suggestions(image.convert("RGB"), sheet, [(box, kinds[box.question]) for box in boxes])
        for n, parts in found.items():
            raw |= raw_of(parts, name_of(boxes[n]))
            entries = max(entries, boxes[n].index + 1)
    if step.repeat and raw:
        raw[f"{step.repeat.id}.count"] = [str(max(entries, step.repeat.low))]
    return raw
