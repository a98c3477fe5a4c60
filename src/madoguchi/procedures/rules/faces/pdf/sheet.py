"""A sheet to write on: positions in points from the top left, text that wraps by Japanese rules, pages that follow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from .fonts import DRAWING, Fonts

MM = 72 / 25.4
WIDTH, HEIGHT = A4
# 行頭禁則・行末禁則 (JIS X 4051), full-width signs as code points
NOT_FIRST = set("、。,.・:;?!)]}〕〉》」』】々ゝゞーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%"
                "\uff0c\uff0e\uff1a\uff1b\uff1f\uff01\uff09\uff3d\uff5d\uff05")
NOT_LAST = set("([{〔〈《「『【〒\uff08\uff3b\uff5b")
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:/@_%+'-]*|.", re.DOTALL)
LABEL_TINT = 0.92  # light grey of label cells: survives copying, keeps 21:1 → 17:1 contrast
STROKE = 0.028  # of the size: how wide the outlines of bold text are
INK = 0.1


@dataclass(frozen=True, slots=True)
class PdfFace:
    """A PDF and the characters that no font could draw (written as 〓)."""

    data: bytes
    missing: tuple[str, ...] = ()


def tokens(text: str) -> list[str]:
    """Pieces that stay on one line: a Latin word or number, or one character with what may not leave it."""
    out: list[str] = []
    for piece in _WORDS.findall(text):
        if out and (piece in NOT_FIRST or out[-1][-1] in NOT_LAST) and len(out[-1]) < 12:
            out[-1] += piece
        else:
            out.append(piece)
    return out


class Sheet:
    """One document being drawn. ``y`` is the distance of the pen from the top edge."""

    def __init__(self, canvas: Canvas, fonts: Fonts, total: int, margin: float = 18 * MM) -> None:
        self.canvas, self.fonts, self.total, self.margin = canvas, fonts, total, margin
        self.page = 1
        self.y = margin
        self.bottom = HEIGHT - margin
        self.furniture: Callable[[Sheet], None] = lambda sheet: None
        self.continued: Callable[[Sheet], None] = lambda sheet: None

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return float(WIDTH - 2 * self.margin)

    def width(self, text: str, size: float) -> float:
        """The width of a text in points."""
        return self.fonts.width(text, size)

    def text(
        self, x: float, y: float, text: str, size: float = 10.5, *, bold: bool = False, align: str = "left",
        grey: float = INK,
    ) -> None:
        """One line of text whose baseline lies at ``y``; ``align`` left, right (ends at x) or centre (around x). Bold
        is the same font with its outlines drawn as well: a second font file would cost each process 10 MB."""
        if align != "left":
            x -= self.width(text, size) / (2 if align == "centre" else 1)
        pen = self.canvas.beginText(x, HEIGHT - y)
        pen.setFillGray(grey)
        if bold:
            self.canvas.setLineWidth(size * STROKE)
            pen.setStrokeGray(grey)
            pen.setTextRenderMode(2)
        for font, piece in self.fonts.runs(text):
            pen.setFont(font, size)
            pen.textOut(piece)
        if bold:
            pen.setTextRenderMode(0)  # outlives the text object (PDF 32000-1, 9.3.6)
        self.canvas.drawText(pen)

    def wrap(self, text: str, width: float, size: float = 10.5) -> list[str]:
        """Lines no wider than ``width``; no line begins with 、 or ends with 「."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line, used = "", 0.0
            for token in tokens(paragraph):
                wide = self.width(token, size)
                pieces = [token] if wide <= width else list(token)
                for piece in pieces:
                    wide = self.width(piece, size)
                    if line and used + wide > width:
                        lines.append(line)
                        line, used = "", 0.0
                        if piece in " \u3000":
                            continue
                    line, used = line + piece, used + wide
            lines.append(line)
        return lines

    def need(self, height: float) -> None:
        """A new page unless so much room is left."""
        if self.y + height > self.bottom:
            self.new_page()
            self.continued(self)

    def new_page(self) -> None:
        """Finish this page and begin the next."""
        self.furniture(self)
        self.canvas.showPage()
        self.page += 1
        self.y = self.margin

    def paragraph(
        self, text: str, size: float = 10.5, *, x: float | None = None, width: float | None = None,
        leading: float = 1.7, bold: bool = False, first: str = "",
    ) -> None:
        """Wrapped text at the pen; every paragraph begins with ``first`` (a full-width space in letters)."""
        left = self.margin if x is None else x
        room = self.inner if width is None else width
        for part in text.split("\n"):
            for line in self.wrap(first + part, room, size):
                self.need(size * leading)
                self.y += size * leading
                self.text(left, self.y - size * (leading - 1) * 0.5 - size * 0.12, line, size, bold=bold)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: float | None = None, line: float = 0.5
    ) -> None:
        """A rectangle whose top left corner is (x, y)."""
        self.canvas.setLineWidth(line)
        self.canvas.setStrokeGray(INK)
        if fill is not None:
            self.canvas.setFillGray(fill)
        self.canvas.rect(x, HEIGHT - y - height, width, height, stroke=1 if line else 0, fill=0 if fill is None else 1)

    def line(self, x: float, y: float, x2: float, y2: float, width: float = 0.5, dash: bool = False) -> None:
        """A straight line."""
        self.canvas.setLineWidth(width)
        self.canvas.setStrokeGray(INK)
        self.canvas.setDash(*((1, 2),) if dash else ())
        self.canvas.line(x, HEIGHT - y, x2, HEIGHT - y2)
        self.canvas.setDash()

    def across(self, word: str) -> None:
        """A pale word across the page (試用). Drawn first, under everything."""
        self.canvas.saveState()
        self.canvas.translate(WIDTH / 2, HEIGHT / 2)
        self.canvas.rotate(45)
        self.canvas.setFillGray(0.91)
        for font, piece in self.fonts.runs(word):
            self.canvas.setFont(font, 130)
            self.canvas.drawCentredString(0, -45, piece)
        self.canvas.restoreState()


def render(
    draw: Callable[[Sheet], None], *, title: str, author: str, subject: str = "", rare: Path | None = None,
    margin: float = 18 * MM,
) -> PdfFace:
    """Run ``draw`` twice: once to count the pages, once for good. The same input always gives the same bytes."""
    with DRAWING:
        total = 0
        for _ in range(2):
            fonts = Fonts(rare)
            fonts.runs("\u3000")  # loads the first font before the canvas asks for it
            buffer = io.BytesIO()
            canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1, lang="ja-JP", initialFontName="BIZ")
            canvas.setTitle(title)
            canvas.setAuthor(author)
            canvas.setSubject(subject)
            canvas.setCreator("madoguchi")
            canvas.setViewerPreference("DisplayDocTitle", "true")
            sheet = Sheet(canvas, fonts, total, margin)
            draw(sheet)
            sheet.furniture(sheet)
            total = sheet.page
            canvas.showPage()
            canvas.save()
        return PdfFace(buffer.getvalue(), tuple(fonts.missing))
