"""What stands in one box of a paper form: empty for writing, or the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...fields import TYPES
from ...model import Question
from .sheet import HEIGHT, INK, MM, Sheet

SIZE = 10.5
LEADING = 17.0
PAD = 5.0
BOX = 5.2 * MM  # one digit
TICKED, EMPTY = "☑", "□"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell: text, or ``boxes`` squares for digits (after the text)."""

    text: str = ""
    boxes: int = 0
    digits: str = ""
    grey: float = INK


def cell_lines(sheet: Sheet, q: Question, width: float, value: Any) -> list[Line]:
    """The lines of a question's cell. ``value`` None is an empty form."""
    room = width - 2 * PAD
    options = _options(q, value)
    if options:
        return [Line(text) for text in _flow(sheet, options, room)]
    if value is not None:
        return _answer(sheet, q, room, value)
    if q.type == "住所":
        return [Line("〒\u3000\u3000\u3000-"), Line(), Line()]
    if q.type in ("氏名", "カナ"):
        first, second = ("(姓)", "(名)") if q.type == "氏名" else ("(セイ)", "(メイ)")
        gap = max(int((room / 2 - sheet.width(first, SIZE)) / sheet.width("\u3000", SIZE)), 1)
        return [Line(first + "\u3000" * gap + second, grey=0.4)]
    if q.type in ("個人番号", "被保険者番号"):
        return [Line("", 12 if q.type == "個人番号" else 10)]
    if q.type in ("日付", "生年月日", "年月"):
        return [Line(text) for text in sheet.wrap(date_line(q), room, SIZE)]
    fixed = {"電話": "\u3000\u3000\u3000\u3000(\u3000\u3000\u3000\u3000)", "金額": "\u3000" * 8 + "円"}
    if q.type == "口座":
        return [Line("金融機関\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000\u3000支店"), Line(),
                Line(f"種目\u3000{EMPTY} 普通\u3000{EMPTY} 当座\u3000{EMPTY} 貯蓄"), Line("口座番号\u3000", 7),
                Line("ゆうちょ銀行のときは、記号\u3000", 5), Line("番号\u3000", 8), Line("口座名義人(カナ)"), Line()]
    if q.type in fixed:
        return [Line(fixed[q.type])]
    return [Line() for _ in range(4 if q.type == "長文" else 1)]


def date_line(q: Question) -> str:
    """The eras a date may fall in, to tick, and room for year, month, day."""
    eras: tuple[str, ...] = ("令和", "平成", "昭和", "大正") if q.type == "生年月日" else ("令和", "平成")
    if q.low and q.low >= "2019-05":
        eras = eras[:1]
    gap = "\u3000" * 5  # BIZ UDPGothic is proportional: five spaces are 10 mm
    day = "" if q.type == "年月" else f"{gap}日"
    head = eras[0] if len(eras) == 1 else " ".join(f"{EMPTY}{era}" for era in eras)
    return f"{head}{gap}年{gap}月{day}"


def _options(q: Question, value: Any) -> list[str]:
    if q.type == "はい・いいえ":
        words = ((True, "はい"), (False, "いいえ"))
        return [f"{TICKED if value is chosen else EMPTY} {word}" for chosen, word in words]
    if q.type in ("選択", "複数選択", "災害"):
        chosen = value if isinstance(value, list) else [value]
        return [f"{TICKED if c.id in chosen else EMPTY} {c.label}" for c in q.choices]
    return []


def _flow(sheet: Sheet, options: list[str], room: float) -> list[str]:
    """Options side by side as far as they fit; a long one wraps under its own box."""
    lines = [""]
    for option in options:
        joined = f"{lines[-1]}\u3000{option}" if lines[-1] else option
        if sheet.width(joined.replace(TICKED, EMPTY), SIZE) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        first, *rest = sheet.wrap(option.replace(TICKED, EMPTY), room - SIZE, SIZE)
        lines[-1] = option[0] + first[1:]
        lines += [f"\u3000{line}" for line in rest]
    return lines


def _answer(sheet: Sheet, q: Question, room: float, value: Any) -> list[Line]:
    if q.type == "被保険者番号":
        return [Line("", 10, str(value))]
    kind = TYPES[q.type]
    text = kind.text(value, q)
    if q.type == "住所":
        code = str(value.get("zip", ""))
        text = f"〒{code[:3]}-{code[3:]}\n{text}" if code else text
    if q.type == "氏名" and value.get("note"):
        text += f"\n(字の説明: {value['note']})"
    return [Line(part) for part in sheet.wrap(text, room, SIZE)]


def cell_height(lines: list[Line], least: float = 26.0) -> float:
    """Height of a cell: never less than 9 mm, so that a hand can write in it."""
    return max(len(lines) * LEADING + 2 * PAD - 2, least)


def draw_cell(sheet: Sheet, x: float, y: float, lines: list[Line], height: float, *, bold: bool = False) -> None:
    """The lines in a cell whose top left corner is (x, y), centred in its height."""
    top = y + (height - len(lines) * LEADING) / 2
    for number, line in enumerate(lines):
        base = top + number * LEADING + LEADING * 0.5 + SIZE * 0.36
        marked(sheet, x + PAD, base, line, bold)


def marked(sheet: Sheet, x: float, base: float, line: Line, bold: bool = False) -> None:
    """One line; ☑, which the font lacks, is a box with a tick drawn on it."""
    for at, piece in enumerate(line.text.split(TICKED)):
        if at:
            sheet.text(x, base, EMPTY, SIZE, grey=line.grey)
            sheet.text(x + 0.6, base - 0.6, "✓", SIZE + 1.5, bold=True, grey=0)
            x += sheet.width(EMPTY, SIZE)
        sheet.text(x, base, piece, SIZE, bold=bold, grey=line.grey)
        x += sheet.width(piece, SIZE)
    for number in range(line.boxes):
        left = x + number * BOX
        sheet.canvas.setLineWidth(0.5)
        sheet.canvas.setStrokeGray(0.35)
        sheet.canvas.rect(left, HEIGHT - base - 3.2, BOX, BOX, fill=0)
        if number < len(line.digits):
            sheet.text(left + BOX / 2, base, line.digits[number], SIZE, align="centre")
