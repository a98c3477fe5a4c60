"""A letter on A4 in the form of a 公文書: number and date right, addressee left, sender right, subject centred."""

from __future__ import annotations

from pathlib import Path

from ..letter import Letter
from .certificate import draw_certificate
from .sheet import HEIGHT, MM, WIDTH, PdfFace, Sheet, render

BODY = 11.0
SMALL = 9.0


def letter_pdf(letter: Letter, *, rare: Path | None = None) -> PdfFace:
    """Draw a letter. ``rare``: a TrueType file for rare kanji (default: the system's IPAmj Mincho)."""
    return render(
        lambda sheet: _draw(sheet, letter), title=f"{letter.subject} {letter.number}".strip(),
        author="".join(letter.sender[:1]), subject=letter.name, rare=rare, margin=20 * MM,
    )


def _draw(sheet: Sheet, letter: Letter) -> None:
    sheet.bottom = HEIGHT - 17 * MM
    if letter.sample:
        sheet.across("試用")
    sheet.furniture = lambda s: _foot(s, letter)
    sheet.continued = lambda s: s.across("試用") if letter.sample else None
    if letter.framed:
        draw_certificate(sheet, letter)
    else:
        _plain(sheet, letter)
    for title, words in (("ご案内", letter.guidance), ("教示", letter.appeal)):
        if words:
            _notes(sheet, title, words)
    _contact(sheet, letter)


def _plain(sheet: Sheet, letter: Letter) -> None:
    _head(sheet, letter)
    sheet.y += 5 * MM
    for line in sheet.wrap(letter.subject, sheet.inner - 20 * MM, 14):
        sheet.y += 20
        sheet.text(WIDTH / 2, sheet.y, line, 14, bold=True, align="centre")
    sheet.y += 4 * MM
    for paragraph in letter.body:
        sheet.paragraph(paragraph, BODY, first="\u3000", leading=1.8)
    if letter.rows:
        sheet.y += 4 * MM
        if letter.heading:
            sheet.need(30 * MM)
            sheet.y += BODY
            sheet.text(WIDTH / 2, sheet.y, letter.heading, 12, align="centre")
            sheet.y += 4 * MM
        table(sheet, letter.rows)
    if letter.note:
        sheet.y += 2 * MM
        sheet.paragraph(letter.note, SMALL, leading=1.5)


def _head(sheet: Sheet, letter: Letter) -> None:
    right = WIDTH - sheet.margin
    for words in (letter.number, letter.date):
        sheet.y += 17
        sheet.text(right, sheet.y, words, BODY, align="right")
    sheet.y += 5 * MM
    for words in letter.addressee:
        for line in sheet.wrap(words, sheet.inner * 0.6, BODY):
            sheet.y += 18
            sheet.text(sheet.margin + BODY, sheet.y, line, BODY)
    sheet.y += 5 * MM + 18
    sheet.text(right - 2 * BODY, sheet.y, "\u3000\u3000".join(letter.sender), 12, align="right")
    if letter.seal_words:
        sheet.y += 15
        sheet.text(right - 2 * BODY, sheet.y, f"({letter.seal_words})", SMALL, align="right")


def table(sheet: Sheet, rows: tuple[tuple[str, str], ...], size: float = BODY) -> None:
    """Label and value in a bordered table; a row too tall for the page goes on, line by line, on the next."""
    label_width = min(max(sheet.width(label, size) for label, _ in rows) + 14, 52 * MM)
    value_width = sheet.inner - label_width
    x, leading = sheet.margin, size * 1.55
    for label, value in rows:
        labels = sheet.wrap(label, label_width - 12, size)
        values = sheet.wrap(value, value_width - 14, size)
        while labels or values:
            whole = max(len(labels), len(values)) * leading + 7
            if sheet.y + min(whole, 3 * leading + 7) > sheet.bottom:
                sheet.need(whole if whole < 200 * MM else 3 * leading + 7)
            fits = max(int((sheet.bottom - sheet.y - 7) / leading), 1)
            now_l, now_v, labels, values = labels[:fits], values[:fits], labels[fits:], values[fits:]
            height = max(len(now_l), len(now_v)) * leading + 7
            sheet.box(x, sheet.y, label_width, height, fill=0.94)
            sheet.box(x + label_width, sheet.y, value_width, height)
            for lines, left in ((now_l, x + 6), (now_v, x + label_width + 7)):
                for n, line in enumerate(lines, 1):
                    sheet.text(left, sheet.y + 3.5 + n * leading - size * 0.42, line, size)
            sheet.y += height


def _notes(sheet: Sheet, title: str, words: str) -> None:
    sheet.y += 5 * MM
    sheet.need(SMALL * 1.5 * 3)
    sheet.paragraph(f"({title})", SMALL, leading=1.5)
    for line in words.split("\n"):
        # 「1 …」 hangs: the number stands out to the left, as in printed 教示
        number, _, rest = line.partition(" ")
        if number.isdigit() and rest:
            sheet.need(SMALL * 1.5)
            sheet.text(sheet.margin, sheet.y + SMALL * 1.5 - SMALL * 0.42, number, SMALL)
            sheet.paragraph(rest, SMALL, x=sheet.margin + 14, width=sheet.inner - 14, leading=1.5)
        else:
            sheet.paragraph(line, SMALL, leading=1.5)


def _contact(sheet: Sheet, letter: Letter) -> None:
    if not letter.contact:
        return
    size, leading = 9.5, 15.0
    width = max(sheet.width(line, size) for line in letter.contact) + 20
    width = min(width, sheet.inner)
    lines = [part for line in letter.contact for part in sheet.wrap(line, width - 18, size)]
    height = len(lines) * leading + 12
    sheet.y += 4 * MM
    sheet.need(height)
    x = WIDTH - sheet.margin - width
    sheet.box(x, sheet.y, width, height)
    for n, line in enumerate(lines, 1):
        sheet.text(x + 9, sheet.y + 4 + n * leading - 3, line, size)
    sheet.y += height


def _foot(sheet: Sheet, letter: Letter) -> None:
    if sheet.total > 1:
        sheet.text(WIDTH / 2, sheet.bottom + 7 * MM, f"{sheet.page} / {sheet.total}", SMALL, align="centre")
        if sheet.page > 1:
            sheet.text(WIDTH - sheet.margin, sheet.margin - 6 * MM, letter.number, SMALL, align="right")
