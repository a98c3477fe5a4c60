"""Where everything stands on a blank paper form, in millimetres from its top left corner: what a scan is cut by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...model import Question
from .cells import BOX, EMPTY, LEADING, PAD, SIZE, Line
from .sheet import HEIGHT, MM, WIDTH, Sheet

MARK, INSET = 4.0, 6.0  # the squares in the four corners: how large, and how far from the edge of the paper
CORNERS = tuple((x, y) for y in (INSET + MARK / 2, HEIGHT / MM - INSET - MARK / 2) for x in (INSET + MARK / 2, WIDTH / MM - INSET - MARK / 2))
ERAS = {"令和": "r", "平成": "h", "昭和": "s", "大正": "t"}
KINDS = ("普通", "当座", "貯蓄")
DIGITS, WORDS = "digits", "words"
RUN = re.compile("\u3000+")


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on the paper (mm): ``key`` is the part of the answer or the value of a tick box, ``kind`` what is written there."""

    key: str
    x: float
    y: float
    width: float
    height: float
    kind: str = WORDS


@dataclass(frozen=True, slots=True)
class PaperBox:
    """The box of one question (of one entry of a repeat group). ``written`` are the places to write in, ``ticks`` those to tick, ``combs``
    squares of one digit each; ``era`` is printed where there is only one."""

    question: str
    group: str
    index: int
    page: int
    place: Place
    written: tuple[Place, ...] = ()
    ticks: tuple[Place, ...] = ()
    combs: tuple[Place, ...] = ()
    era: str = ""


@dataclass(frozen=True, slots=True)
class PaperMap:
    """All boxes of a form and how many pages it has."""

    pages: int
    boxes: tuple[PaperBox, ...]


def draw_marks(sheet: Sheet) -> None:
    """The four squares by which a scan is put straight."""
    for x, y in CORNERS:
        sheet.canvas.setFillGray(0)
        sheet.canvas.rect((x - MARK / 2) * MM, HEIGHT - (y + MARK / 2) * MM, MARK * MM, MARK * MM, stroke=0, fill=1)


def box_of(
    sheet: Sheet, q: Question, at: tuple[float, float, float, float], lines: list[Line], *, group: str = "", index: int = 0
) -> PaperBox:
    """The box of a question whose cell lies at ``at`` (points: left, top, width, height) with these lines printed in it."""
    x, y, width, height = at
    top = y + (height - len(lines) * LEADING) / 2
    ticks = tuple(_ticks(sheet, q, x + PAD, top, lines))
    combs = tuple(_place("", x + PAD + sheet.width(line.text, SIZE) + n * BOX, top + number * LEADING + LEADING * 0.5 + SIZE * 0.36 + 3.2 - BOX,
                         BOX, BOX, DIGITS) for number, line in enumerate(lines) for n in range(line.boxes))
    date = q.type in ("日付", "生年月日", "年月")
    era = next((key for word, key in ERAS.items() if lines and lines[0].text.startswith(word)), "") if date else ""
    return PaperBox(q.id, group, index, sheet.page, _place("", x, y, width, height), tuple(_written(sheet, q, at, top, lines)), ticks, combs, era)


def _place(key: str, x: float, y: float, width: float, height: float, kind: str = WORDS) -> Place:
    return Place(key, x / MM, y / MM, width / MM, height / MM, kind)


def _ticks(sheet: Sheet, q: Question, left: float, top: float, lines: list[Line]) -> Iterator[Place]:
    """The empty squares in the order in which they are printed, with what each means."""
    values = {"はい・いいえ": ["yes", "no"], "宣言": ["yes"], "口座": list(KINDS)}.get(q.type) or [c.id for c in q.choices]
    at = 0
    for number, line in enumerate(lines):
        for found in re.finditer(EMPTY, line.text):
            word = line.text[found.end():found.end() + 2]
            value = ERAS.get(word, "") if q.type in ("日付", "生年月日", "年月") else values[at] if at < len(values) else ""
            at += 1
            base = top + number * LEADING + LEADING * 0.5 + SIZE * 0.36
            if value:
                yield _place(value, left + sheet.width(line.text[:found.start()], SIZE), base - SIZE * 0.88, sheet.width(EMPTY, SIZE), SIZE)


def _written(sheet: Sheet, q: Question, at: tuple[float, float, float, float], top: float, lines: list[Line]) -> Iterator[Place]:
    """The gaps between what is printed, in the order of the parts that are written there."""
    x, y, width, height = at
    keys = {"氏名": ("sei", "mei"), "カナ": ("sei", "mei"), "電話": ("", "", ""), "金額": ("",), "住所": ("zip", "zip"),
            "日付": ("y", "m", "d"), "生年月日": ("y", "m", "d"), "年月": ("y", "m")}.get(q.type)
    kind = WORDS if q.type in ("氏名", "カナ") else DIGITS
    if keys:
        gaps = [(number, *gap) for number, line in enumerate(lines) for gap in _gaps(sheet, line, x + PAD, x + width)]
        if q.type == "住所":
            gaps = [gap for gap in gaps if gap[0] == 0]
        elif q.type not in ("氏名", "カナ", "電話"):
            gaps = [gap for gap in gaps if not gap[3]]
        if len(gaps) == len(keys):
            for key, (number, left, right, _) in zip(keys, gaps, strict=True):
                high = (y, height) if len(lines) == 1 else (top + number * LEADING, LEADING)
                yield _place(key, left, high[0], right - left, high[1], kind)
    if q.type == "住所":
        yield from (_place("text", x, top + n * LEADING, width, LEADING) for n in (1, 2))
    elif q.type in ("文字", "長文", "続柄", "メール", "整数"):
        for n in range(len(lines)):
            yield _place("", x, *((y, width, height) if len(lines) == 1 else (top + n * LEADING, width, LEADING)),
                         DIGITS if q.type == "整数" else WORDS)


def _gaps(sheet: Sheet, line: Line, left: float, right: float) -> Iterator[tuple[float, float, bool]]:
    """Runs of blanks in a printed line, and what is right of its last word (True)."""
    end = 0
    for found in RUN.finditer(line.text):
        end = found.end()
        if end < len(line.text):
            yield left + sheet.width(line.text[:found.start()], SIZE), left + sheet.width(line.text[:end], SIZE), False
    yield left + sheet.width(line.text, SIZE), right, True
