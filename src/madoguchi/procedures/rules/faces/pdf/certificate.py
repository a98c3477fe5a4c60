"""A certificate on one A4 page: number, title, a framed table, the certifying words, date, mayor and place of the seal."""

from __future__ import annotations

from dataclasses import dataclass

from ..letter import Letter, seal_place
from .sheet import HEIGHT, MM, WIDTH, Sheet

SIZES = (11.0, 10.0, 9.0, 8.0)  # of the table: the largest with which the seal stays on the first page
TITLE = 20.0
NOTE = 9.0
PAD = 7.0
LABEL = 46 * MM
LEAST = 11 * MM  # the height of a row
SEAL = 22 * MM
FRAME = 1.2
SIGNATURE = SEAL + 34 * MM  # certifying words, date, mayor and seal
BELOW = 62 * MM  # ご案内 and 担当


@dataclass(frozen=True, slots=True)
class _Row:
    labels: list[str]
    values: list[str]
    height: float


def draw_certificate(sheet: Sheet, letter: Letter) -> None:
    """Everything of a framed certificate but what stands below every letter (ご案内, 教示, 担当)."""
    sheet.y += 14
    sheet.text(WIDTH - sheet.margin, sheet.y, letter.number, 11.0, align="right")
    sheet.y += 4 * MM
    for line in sheet.wrap(letter.subject, sheet.inner, TITLE):
        sheet.y += TITLE * 1.4
        _spaced(sheet, line)
    sheet.y += 9 * MM
    _frame(sheet, letter)
    sheet.y += 5 * MM
    for paragraph in letter.body:
        sheet.paragraph(paragraph, 12.0, first="\u3000", leading=1.7)
    _signature(sheet, letter)


def _spaced(sheet: Sheet, line: str) -> None:
    """The title, its letters apart as on printed forms, as long as there is room."""
    gap = min(14.0, (sheet.inner - sheet.width(line, TITLE)) / max(len(line), 1))
    x = (WIDTH - sheet.width(line, TITLE) - gap * (len(line) - 1)) / 2
    for character in line:
        sheet.text(x, sheet.y, character, TITLE, bold=True)
        x += sheet.width(character, TITLE) + gap


def flow(sheet: Sheet, value: str, room: float, size: float = SIZES[0]) -> list[str]:
    """A value as lines. Boxes (□ and ■) stand side by side, none parted from its words."""
    if value[:1] not in ("□", "■"):
        return sheet.wrap(value, room, size)
    lines = [""]
    for option in value.split("\u3000"):
        joined = f"{lines[-1]}\u3000\u3000{option}" if lines[-1] else option
        if sheet.width(joined, size) <= room:
            lines[-1] = joined
        else:
            lines += sheet.wrap(option, room, size) if lines[-1] else []
            lines[-1] = lines[-1] or option
    return lines


def _rows(sheet: Sheet, letter: Letter, size: float) -> list[_Row]:
    rows = []
    for label, value in letter.rows:
        labels = sheet.wrap(label, LABEL - 2 * PAD, size)
        values = flow(sheet, value, sheet.inner - LABEL - 2 * PAD, size)
        height = max(len(labels), len(values)) * size * 1.55 + 2 * PAD - 3
        rows.append(_Row(labels, values, max(LEAST * size / SIZES[0], height)))
    return rows


def _fitting(sheet: Sheet, letter: Letter, notes: float) -> tuple[float, list[_Row]]:
    """The size and rows with which the page holds all, or at least the seal; else the smallest, over several pages."""
    room = sheet.bottom - sheet.y - notes - SIGNATURE
    tried = [(size, _rows(sheet, letter, size)) for size in SIZES]
    for spare in (BELOW, 0.0):
        for size, rows in tried:
            if sum(row.height for row in rows) + spare <= room:
                return size, rows
    return tried[-1]


def _frame(sheet: Sheet, letter: Letter) -> None:
    top = sheet.y
    notes = sheet.wrap(letter.note, sheet.inner - 2 * PAD, NOTE) if letter.note else []
    note_height = len(notes) * 14.0 + 2 * PAD - 4 if notes else 0.0
    size, rows = _fitting(sheet, letter, note_height)
    for row in rows:
        top = _room(sheet, top, row.height)
        sheet.box(sheet.margin, sheet.y, LABEL, row.height, fill=0.95)
        sheet.box(sheet.margin + LABEL, sheet.y, sheet.inner - LABEL, row.height)
        _lines(sheet, sheet.margin + PAD, row.labels, row.height, size)
        _lines(sheet, sheet.margin + LABEL + PAD, row.values, row.height, size)
        sheet.y += row.height
    if notes:
        top = _room(sheet, top, note_height)
        sheet.box(sheet.margin, sheet.y, sheet.inner, note_height)
        for number, line in enumerate(notes, 1):
            sheet.text(sheet.margin + PAD, sheet.y + PAD - 4 + number * 14.0 - 3.5, line, NOTE)
        sheet.y += note_height
    sheet.box(sheet.margin, top, sheet.inner, sheet.y - top, line=FRAME)


def _room(sheet: Sheet, top: float, height: float) -> float:
    """The top of the frame: a row that does not fit begins the frame anew on the next page."""
    if sheet.y + height <= sheet.bottom:
        return top
    sheet.box(sheet.margin, top, sheet.inner, sheet.y - top, line=FRAME)
    sheet.need(height)
    return sheet.y


def _lines(sheet: Sheet, x: float, lines: list[str], height: float, size: float) -> None:
    leading = size * 1.55
    top = sheet.y + (height - len(lines) * leading) / 2
    for number, line in enumerate(lines):
        sheet.text(x, top + (number + 0.5) * leading + size * 0.36, line, size)


def _signature(sheet: Sheet, letter: Letter) -> None:
    sheet.need(SEAL + 12 * MM)
    sheet.y += 8 * MM
    sheet.text(sheet.margin + 12 * MM, sheet.y, letter.date, 12)
    sheet.y += 4 * MM
    left = WIDTH - sheet.margin - SEAL
    middle = sheet.y + SEAL / 2
    sheet.text(left - 5 * MM, middle + 4.5, "\u3000\u3000".join(letter.sender), 13, align="right")
    canvas = sheet.canvas
    canvas.setDash(2, 2)
    canvas.setLineWidth(0.5)
    canvas.setStrokeGray(0.45)
    canvas.rect(left, HEIGHT - sheet.y - SEAL, SEAL, SEAL, fill=0)
    canvas.setDash()
    sheet.text(left + SEAL / 2, middle + 3.2, seal_place(letter), NOTE, align="centre", grey=0.35)
    sheet.y += SEAL
