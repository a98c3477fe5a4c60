"""The paper form on A4: the same questions as on screen, as a bordered table to write in or with the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...model import Definition, Question, SignedPaper, Step
from ..when import when_words
from ..words import value_of
from . import qr
from .boxes import PaperBox, PaperMap, box_of, draw_marks
from .cells import EMPTY, LEADING, PAD, SIZE, TICKED, Line, cell_height, cell_lines, draw_cell
from .sheet import LABEL_TINT, MM, WIDTH, PdfFace, Sheet, render

LABEL = 50 * MM
MARGIN = 14 * MM
TOP = 31 * MM  # where the table of a following page begins: below its QR code
QR_SIZE = 19 * MM
NUMBER = 8 * MM
SIGN = 16 * MM  # the height of a place to sign
ROWS = 4  # entries of a repeat group on an empty form
BAND_TINT = 0.84
LEAST = {  # what a column of a repeat group needs at least, in millimetres (measured for handwriting at 5 mm)
    "氏名": 46, "カナ": 46, "生年月日": 102, "日付": 80, "年月": 66, "住所": 86, "電話": 44, "メール": 60,
    "個人番号": 67, "被保険者番号": 57, "整数": 28, "金額": 38, "文字": 46, "続柄": 28, "はい・いいえ": 42,
    "選択": 46, "災害": 60,
}


@dataclass(frozen=True, slots=True)
class _Form:
    """What the drawing functions share."""

    d: Definition
    sheet: Sheet
    answers: Mapping[str, Any] | None
    boxes: list[PaperBox] = field(default_factory=list)
    signed: bool = False

    @property
    def full(self) -> float:
        return self.sheet.inner


def paper_form(
    d: Definition, city_name: str, answers: Mapping[str, Any] | None = None, *, row: Mapping[str, str] | None = None,
    rare: Path | None = None, number: int = 0, head: str = "",
) -> PdfFace:
    """The form, empty or filled (☑, values; 個人番号 masked). ``row`` gives 受付番号 and 受付日 of a filled one, ``number`` is the published
    version, which the codes of an empty one name beside the edition; ``head`` is to whom it is addressed, if not to the mayor."""
    return _drawn(d, city_name, answers, row=row, rare=rare, number=number, head=head)[0]


def signed_paper(
    d: Definition, city_name: str, answers: Mapping[str, Any], *, receipt: str = "", head: str = "", sample: bool = False, rare: Path | None = None,
) -> PdfFace:
    """What the law still wants on paper (紙, docs/adr/0046): the form under its own name, with the answers, a place for each signature and the
    date left open. Nothing on it is read as a blank form that came back: it has no marks, and its code is the receipt number."""
    if d.paper is None:
        raise ValueError(d.id)
    named = replace(d, name=d.paper.form, form=f"{d.paper.law}{d.paper.article}") if d.paper.form else d
    return _drawn(named, city_name, answers, row={"受付番号": receipt}, rare=rare, head=head, signed=d.paper, sample=sample)[0]


def paper_map(d: Definition, city_name: str) -> PaperMap:
    """Where the boxes of the empty form are, drawn the same way."""
    return _drawn(d, city_name, None)[1]


def layout_mark(d: Definition, city_name: str) -> str:
    """Six letters that change with what a version's form can change by: the city's open disasters and its name."""
    choices = "|".join(c.label for q in d.questions() if q.type == "災害" for c in q.choices)
    return hashlib.sha256(f"{city_name}|{choices}".encode()).hexdigest()[:6]


def _drawn(
    d: Definition, city_name: str, answers: Mapping[str, Any] | None, *, row: Mapping[str, str] | None = None, rare: Path | None = None,
    number: int = 0, head: str = "", signed: SignedPaper | None = None, sample: bool = False,
) -> tuple[PdfFace, PaperMap]:
    boxes: list[PaperBox] = []
    pages = 0
    code = f":{number}:{layout_mark(d, city_name)}" if number and answers is None else ""

    def draw(sheet: Sheet) -> None:
        nonlocal pages
        boxes.clear()  # drawn twice: once to count the pages
        form = _Form(d, sheet, answers, boxes, signed is not None)
        sheet.furniture = lambda s: _furniture(s, d, code) if signed is None else _foot(s, d, (row or {}).get("受付番号", ""))
        sheet.continued = lambda s: s.across("試用") if sample else None
        sheet.continued(sheet)
        sheet.bottom = 297 * MM - 16 * MM
        _title(form, head or f"{city_name}長", row or {})
        number = 0
        for step in d.steps:
            if _shown(form, step):
                number += 1
                _step(form, step, number)
        _attachments(form, number + 1)
        if signed:
            _signatures(form, number + 1, signed)
        pages = sheet.page

    face = render(draw, title=f"{d.name}({city_name})", author=city_name, subject=d.form or d.name, rare=rare, margin=MARGIN)
    return face, PaperMap(pages, tuple(boxes))


def _shown(form: _Form, step: Step) -> bool:
    if form.answers is None or step.condition is None:
        return True
    names = {step.repeat.id} if step.repeat else {q.id for q in step.questions}
    return bool(names & set(form.answers))


def _furniture(sheet: Sheet, d: Definition, code: str) -> None:
    draw_marks(sheet)
    qr.draw(sheet, f"madoguchi:{d.id}:{d.edition}:{sheet.page}{code}", WIDTH - MARGIN - QR_SIZE, 8 * MM, QR_SIZE)
    _numbered(sheet, d)


def _foot(sheet: Sheet, d: Definition, receipt: str) -> None:
    """Of a page that is signed: by its code a clerk finds what was filed."""
    if receipt:
        qr.draw(sheet, receipt, WIDTH - MARGIN - QR_SIZE, 8 * MM, QR_SIZE)
    _numbered(sheet, d)


def _numbered(sheet: Sheet, d: Definition) -> None:
    foot = 297 * MM - 9 * MM
    sheet.text(MARGIN, foot, f"{d.id}\u3000{d.edition}版", 8.5)
    sheet.text(WIDTH - MARGIN, foot, f"{sheet.page} / {sheet.total}ページ", 8.5, align="right")
    if sheet.page > 1:
        sheet.text(MARGIN, 22 * MM, f"{d.name}(続き)", SIZE)


def _title(form: _Form, head: str, row: Mapping[str, str]) -> None:
    d, sheet = form.d, form.sheet
    sheet.y = 12 * MM
    for line in sheet.wrap(d.form, form.full - QR_SIZE - 10 * MM, SIZE)[:2 if form.answers is None else None]:
        sheet.text(MARGIN, sheet.y, line, SIZE)
        sheet.y += 14
    sheet.y = max(sheet.y + 10, 27 * MM)
    for line in sheet.wrap(d.name, form.full - 2 * QR_SIZE - 8 * MM, 16):
        sheet.text(WIDTH / 2, sheet.y, line, 16, bold=True, align="centre")
        sheet.y += 22
    sheet.y += 6
    sheet.text(MARGIN, sheet.y, f"(宛先)\u3000{head}", 11.5)
    said = value_of(d, {}, {}, row, "受付日", machine=False) or "令和\u3000\u3000年\u3000\u3000月\u3000\u3000日"
    day = "日付" if form.signed else "申請日" if d.kind == "証明" else f"{d.kind}日"
    sheet.text(WIDTH - MARGIN, sheet.y, f"{day}\u3000{said}", 11.5, align="right")
    if row.get("受付番号"):
        sheet.y += 17
        sheet.text(WIDTH - MARGIN, sheet.y, f"受付番号\u3000{row['受付番号']}", 11.5, align="right")
    sheet.y += 8
    if form.answers is None:
        sheet.paragraph(f"次の表に書いてください。{EMPTY}は、当てはまるものに✓を付けてください。", leading=1.5)
    sheet.y += 6


def _room(form: _Form, height: float) -> bool:
    """Make room; True when a new page was begun."""
    sheet = form.sheet
    if sheet.y + height <= sheet.bottom:
        return False
    sheet.new_page()
    sheet.continued(sheet)
    sheet.y = TOP
    return True


def _note(form: _Form, condition: Any, *, optional: bool = False) -> str:
    words = when_words(form.d, condition) if form.answers is None else ""
    return (f"({words}の場合)" if words else "") + ("(任意)" if optional and form.answers is None else "")


def _band(form: _Form, title: str, note: str, below: float) -> None:
    """A section heading, kept together with ``below`` points of what follows."""
    sheet = form.sheet
    lines = sheet.wrap(title, form.full - 2 * PAD, SIZE + 0.5)
    notes = sheet.wrap(note, form.full - 2 * PAD, SIZE) if note else []
    together = sheet.width(f"{title}\u3000{note}", SIZE + 0.5) < form.full - 2 * PAD
    height = 22.0 if together else (len(lines) + len(notes)) * 15.5 + 7
    _room(form, height + below)
    sheet.box(MARGIN, sheet.y, form.full, height, fill=BAND_TINT, line=1.0)
    if together:
        sheet.text(MARGIN + PAD, sheet.y + 15, title, SIZE + 0.5, bold=True)
        sheet.text(MARGIN + PAD + sheet.width(title + "\u3000", SIZE + 0.5), sheet.y + 15, note, SIZE)
    else:
        for n, line in enumerate([*lines, *notes], 1):
            sheet.text(MARGIN + PAD, sheet.y + n * 15.5 - 1, line, SIZE, bold=n <= len(lines))
    sheet.y += height


def _step(form: _Form, step: Step, number: int) -> None:
    note = _note(form, step.condition)
    if step.repeat is None:
        _band(form, f"{number}\u3000{step.title}", note, _height(form, step.questions[0], form.answers))
        _rows(form, step, form.answers)
        form.sheet.y += 7
        return
    stored = form.answers.get(step.repeat.id) if form.answers is not None else None
    entries: list[Mapping[str, Any] | None]
    entries = list(stored or []) if form.answers is not None else [None] * min(step.repeat.high, ROWS)
    if not entries:
        _band(form, f"{number}\u3000{step.title}", note, 40)
        _wide(form, "なし")
    storeys = _storeys(form, step.questions) if entries else []
    if len(storeys) > 3 or _too_tall(form, storeys, entries):
        for index, entry in enumerate(entries, 1):
            _band(form, f"{number}\u3000{step.title}\u3000{step.repeat.name} {index}", note,
                  _height(form, step.questions[0], entry))
            _rows(form, step, entry, index - 1)
    elif entries:
        _band(form, f"{number}\u3000{step.title}", note, 90)
        _group_table(form, storeys, entries)
    form.sheet.y += 7


def _rows(form: _Form, step: Step, answers: Mapping[str, Any] | None, index: int = 0) -> None:
    before = ""
    for q in step.questions:
        _row(form, q, answers, same=bool(before) and q.condition_text == before, index=index)
        before = q.condition_text


def _row(form: _Form, q: Question, answers: Mapping[str, Any] | None, *, same: bool = False, index: int = 0) -> None:
    """One question: label cell and value cell, or a declaration across the whole width."""
    value = None if answers is None else answers.get(q.id)
    if answers is not None and value is None and q.condition is not None:
        return
    note = _note(form, q.condition, optional=not q.required)
    if same and answers is None and q.type != "宣言":
        note = "(上と同じ場合)" + ("" if q.required else "(任意)")
    sheet = form.sheet
    if q.type == "宣言":
        _wide(form, f"{TICKED if value else EMPTY} {q.label}{note}", q, index)
        return
    labels = [Line(text) for text in sheet.wrap(q.label, LABEL - 2 * PAD, SIZE)]
    labels += [Line(text, grey=0.25) for text in (sheet.wrap(note, LABEL - 2 * PAD, SIZE) if note else [])]
    values = cell_lines(sheet, q, form.full - LABEL, value)
    while labels or values:
        height = max(cell_height(labels), cell_height(values))
        if height > sheet.bottom - TOP:  # a text longer than a page goes on, line by line, on the next
            fits = int((sheet.bottom - TOP - 2 * PAD) / LEADING)
        else:
            fits = max(len(labels), len(values))
        now_l, now_v, labels, values = labels[:fits], values[:fits], labels[fits:], values[fits:]
        height = max(cell_height(now_l), cell_height(now_v))
        _room(form, height)
        sheet.box(MARGIN, sheet.y, LABEL, height, fill=LABEL_TINT)
        sheet.box(MARGIN + LABEL, sheet.y, form.full - LABEL, height)
        draw_cell(sheet, MARGIN, sheet.y, now_l, height)
        draw_cell(sheet, MARGIN + LABEL, sheet.y, now_v, height)
        _boxed(form, q, (MARGIN + LABEL, sheet.y, form.full - LABEL, height), now_v, index)
        sheet.y += height


def _boxed(form: _Form, q: Question, at: tuple[float, float, float, float], lines: list[Line], index: int) -> None:
    """Note where the cell of a question stands on an empty form."""
    if form.answers is None:
        form.boxes.append(box_of(form.sheet, q, at, lines, group=q.group, index=index))


def _height(form: _Form, q: Question, answers: Mapping[str, Any] | None) -> float:
    """About how high the row of a question will be, so that a heading does not stay behind alone."""
    lines = cell_lines(form.sheet, q, form.full - LABEL, None if answers is None else answers.get(q.id))
    labels = form.sheet.wrap(q.label + _note(form, q.condition), LABEL - 2 * PAD, SIZE)
    return min(max(cell_height(lines), cell_height([Line(x) for x in labels]) + LEADING), 120 * MM)


def _wide(form: _Form, text: str, q: Question | None = None, index: int = 0) -> None:
    sheet = form.sheet
    first, *rest = sheet.wrap(text.replace(TICKED, EMPTY), form.full - 2 * PAD - SIZE, SIZE)
    lines = [Line(text[0] + first[1:]), *(Line("\u3000" + x) for x in rest)]
    height = cell_height(lines)
    _room(form, height)
    sheet.box(MARGIN, sheet.y, form.full, height)
    draw_cell(sheet, MARGIN, sheet.y, lines, height)
    if q is not None:
        _boxed(form, q, (MARGIN, sheet.y, form.full, height), lines, index)
    sheet.y += height


def _storeys(form: _Form, questions: tuple[Question, ...]) -> list[list[tuple[Question, float]]]:
    """Pack the columns of a repeat group into storeys of one line each, then stretch each to the full width."""
    full = form.full - NUMBER
    rows: list[list[tuple[Question, float]]] = [[]]
    for q in questions:
        least = min(LEAST.get(q.type, 999) * MM, full)
        if q.type in ("選択", "複数選択"):
            widest = max(form.sheet.width(f"{EMPTY} {c.label}", SIZE) for c in q.choices) + 2 * PAD + 2
            least = min(max(widest, 34 * MM if len(q.choices) < 4 else 60 * MM), full)
        if sum(width for _, width in rows[-1]) + least > full:
            rows.append([])
        rows[-1].append((q, least))
    return [[(q, width * full / sum(w for _, w in row)) for q, width in row] for row in rows if row]


def _too_tall(form: _Form, storeys: list[list[tuple[Question, float]]], entries: list[Mapping[str, Any] | None]) -> bool:
    """Does an entry need more than a page? A table would run over its edge; rows go on, line by line, on the next."""
    room = form.sheet.bottom - TOP - 60
    return any(sum(max(cell_height(cell_lines(form.sheet, q, width, entry.get(q.id))) for q, width in storey) for storey in storeys) > room
               for entry in entries if entry)


def _group_table(
    form: _Form, storeys: list[list[tuple[Question, float]]], entries: list[Mapping[str, Any] | None],
) -> None:
    sheet = form.sheet
    heads = [[(_head_lines(form, q, width), width) for q, width in storey] for storey in storeys]
    _storey_rows(form, "", heads, LABEL_TINT, 20.0)
    for index, entry in enumerate(entries, 1):
        known = entry or {}
        cells = [[(cell_lines(sheet, q, width, known.get(q.id)), width) for q, width in storey] for storey in storeys]
        height = sum(max(cell_height(lines) for lines, _ in storey) for storey in cells)
        if _room(form, min(height, sheet.bottom - TOP - 60)):
            _storey_rows(form, "", heads, LABEL_TINT, 20.0)
        top = sheet.y
        _storey_rows(form, str(index), cells, None, 26.0)
        for questions, storey in zip(storeys, cells, strict=True):
            x, high = MARGIN + NUMBER, max(cell_height(lines) for lines, _ in storey)
            for (q, width), (lines, _) in zip(questions, storey, strict=True):
                _boxed(form, q, (x, top, width, high), lines, index - 1)
                x += width
            top += high


def _head_lines(form: _Form, q: Question, width: float) -> list[Line]:
    text = q.label + _note(form, q.condition, optional=not q.required)
    return [Line(part) for part in form.sheet.wrap(text, width - 2 * PAD, SIZE)]


def _storey_rows(
    form: _Form, number: str, storeys: list[list[tuple[list[Line], float]]], tint: float | None, least: float
) -> None:
    """One entry (or the head) of a repeat group, with its number cell on the left."""
    sheet = form.sheet
    heights = [max(cell_height(lines, least) for lines, _ in storey) for storey in storeys]
    sheet.box(MARGIN, sheet.y, NUMBER, sum(heights), fill=LABEL_TINT, line=1.0)
    sheet.text(MARGIN + NUMBER / 2, sheet.y + sum(heights) / 2 + SIZE * 0.36, number, SIZE, align="centre")
    for storey, height in zip(storeys, heights, strict=True):
        x = MARGIN + NUMBER
        for lines, width in storey:
            sheet.box(x, sheet.y, width, height, fill=tint)
            draw_cell(sheet, x, sheet.y, lines, height)
            x += width
        sheet.y += height
    sheet.box(MARGIN, sheet.y - sum(heights), form.full, sum(heights), line=1.0)


def _attachments(form: _Form, number: int) -> None:
    if not form.d.attachments or form.answers is not None:
        return
    _band(form, f"{number}\u3000添えるもの", "", 40)
    for a in form.d.attachments:
        words = when_words(form.d, a.condition)
        note = f"({words}の場合)" if words else ""
        note += "(後からでも出せます)" if a.later else "" if a.required else "(任意)"
        _wide(form, f"{EMPTY} {a.name}{note}")


def _signatures(form: _Form, number: int, signed: SignedPaper) -> None:
    """A row to write in for each who signs; what no font could draw is written by hand, too."""
    sheet = form.sheet
    _band(form, f"{number}\u3000署名", f"({signed.law}{signed.article})", len(signed.signers) * SIGN)
    for who in signed.signers:
        _room(form, SIGN)
        sheet.box(MARGIN, sheet.y, LABEL, SIGN, fill=LABEL_TINT)
        sheet.box(MARGIN + LABEL, sheet.y, form.full - LABEL, SIGN)
        draw_cell(sheet, MARGIN, sheet.y, [Line(text) for text in sheet.wrap(who, LABEL - 2 * PAD, SIZE)], SIGN)
        sheet.y += SIGN
    if sheet.fonts.missing:
        _room(form, 40)
        sheet.paragraph("〓は、印刷できる字がないところです。正しい字を手で書いてください。")
