"""A profile made ready for drawing: what never changes is one form, what changes per notice is drawn once per notice."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from madoguchi.kernel.eras import wareki
from madoguchi.procedures.rules.faces.pdf.sheet import tokens

from .faces import SELECTOR, Type
from .ink import Ink
from .numbers import NumberWrong, cvs_text, grouped
from .parts import Notice, Slip
from .pdf import MM
from .profile import Item, Profile

PER_NOTICE = {"city", "city_code", "notice_number", "address", "name", "contact_name", "contact_phone"}
PER_KIND = ("charge", "fiscal_year", "tax_year", "period", "due", "valid_until", "pay_org", "pay_kind", "easy_org", "easy_kind")
REMEMBERED = 512
_KEY = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Plan:
    """The items of a slip by how often they change: never, with the notice, with the kind of slip (the instalments of a run
    are few), with every slip."""

    profile: Profile
    fixed: tuple[Item, ...]
    per_notice: tuple[Item, ...]
    per_kind: tuple[Item, ...]
    per_slip: tuple[Item, ...]


@functools.cache
def plan_of(layout: Profile) -> Plan:
    """Sort the items of a profile once a process."""
    fixed: list[Item] = []
    notice: list[Item] = []
    kind: list[Item] = []
    slip: list[Item] = []
    for item in layout.items:
        keys = set(_KEY.findall(item.words))
        if item.kind == "欄" and keys:  # its frame and label never change
            fixed.append(_frame(item))
        if item.kind in ("QR", "GS1", "OCR") or keys - PER_NOTICE - set(PER_KIND):
            slip.append(item)
        elif item.when or keys - PER_NOTICE:
            (slip if keys & PER_NOTICE else kind).append(item)
        else:
            (notice if keys else fixed).append(item)
    return Plan(layout, tuple(fixed), tuple(notice), tuple(kind), tuple(slip))


def _frame(item: Item) -> Item:
    return Item("欄", item.x, item.y, item.width, item.height, label=item.label, line=item.line)


def broken(type_: Type, text: str, room: float, size: float) -> list[str]:
    """Lines no wider than ``room`` mm (the rules of the letters: no line begins with 、). Remembered while a file is
    written: the law and the 教示 of a run are the same on each letter."""
    key = (text, room, size)
    if key not in type_.lines:
        if len(type_.lines) >= REMEMBERED:
            type_.lines.clear()
        type_.lines[key] = _broken(type_, text, room, size)
    return type_.lines[key]


def _broken(type_: Type, text: str, room: float, size: float) -> list[str]:
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for token in _whole(tokens(paragraph)):
            wide = type_.width(token) * size
            if line and used + wide > room * MM:
                lines.append(line)
                line, used = "", 0.0
                if not token.strip():
                    continue
            line, used = line + token, used + wide
        lines.append(line)
    return lines


def _whole(pieces: list[str]) -> list[str]:
    """A variation selector stays with its kanji."""
    out: list[str] = []
    for piece in pieces:
        if out and SELECTOR.match(piece):
            out[-1] += piece
        else:
            out.append(piece)
    return out


def within(type_: Type, text: str, room: float, size: float, rows: int, least: float) -> tuple[list[str], float]:
    """Lines that fit so many rows: smaller letters first, and at the least size the rest stands in the last row (which Ink
    then narrows)."""
    while True:
        lines = broken(type_, text, room, size)
        if len(lines) <= rows:
            return lines, size
        if size - 0.4 < least:
            return [*lines[:rows - 1], "".join(lines[rows - 1:])], size
        size -= 0.4


def draw_item(ink: Ink, item: Item, values: dict[str, str]) -> None:
    """One text, frame, line or circle."""
    if item.kind == "欄" and item.label:
        ink.box(item.x, item.y, item.width, item.height, item.line)
        ink.text(item.x + 0.7, item.y + 0.5, item.label, 5, room=item.width - 1.4)
    if item.kind == "枠":
        ink.box(item.x, item.y, item.width, item.height, item.line)
    elif item.kind == "線":
        ink.line(item.x, item.y, item.x + item.width, item.y + item.height, item.line, item.dash)
    elif item.kind == "丸":
        ink.circle(item.x, item.y, item.radius, item.line, item.dash)
    elif item.words:
        _words(ink, item, item.words.format_map(values) if "{" in item.words else item.words)


def _words(ink: Ink, item: Item, words: str) -> None:
    if item.kind == "欄":
        base = item.y + item.height - 0.9 - item.size / MM
        ink.text(item.x + item.indent, base, words, item.size, align=item.align, room=item.width - 2 * item.indent, bold=item.bold,
                 least=item.least)
    elif item.rows == 1:
        ink.text(item.x, item.y, words, item.size, align=item.align, room=item.width, bold=item.bold, least=item.least)
    else:
        lines, size = within(ink.type, words, item.width, item.size, item.rows, item.least)
        for number, line in enumerate(lines):
            ink.text(item.x, item.y + number * item.step, line, size, align=item.align, room=item.width, bold=item.bold, least=item.least)


@functools.lru_cache(maxsize=1024)
def day(value: dt.date) -> str:
    """令和8年6月30日; the days of a run are few."""
    return wareki(value)


@functools.lru_cache(maxsize=256)
def year(value: int) -> str:
    """令和8年度."""
    return wareki(dt.date(value, 12, 1)).split("年")[0] + "年度"


def notice_values(notice: Notice) -> dict[str, str]:
    """What the slips of one notice share."""
    contact = (*notice.issuer.contact, "", "")
    return {
        "city": notice.issuer.city, "city_code": notice.issuer.code, "notice_number": notice.notice_number,
        "address": "\n".join(notice.addressee.lines), "name": notice.addressee.name, "contact_name": contact[0], "contact_phone": contact[1],
    }


def slip_values(slip: Slip) -> dict[str, str]:
    """What one slip says."""
    upper, lower = cvs_text(slip.cvs_payload) if slip.cvs_payload else ("", "")
    pay = slip.el or slip.payeasy
    return {
        "charge": slip.charge, "fiscal_year": year(slip.fiscal_year), "tax_year": year(slip.tax_year), "period": slip.period,
        "due": day(slip.due), "valid_until": day(slip.valid_until), "amount": f"{slip.amount:,}", "cvs_upper": upper, "cvs_lower": lower,
        "pay_org": pay.org if pay else "", "pay_number": grouped(slip.number), "pay_confirm": slip.confirm, "pay_kind": pay.kind if pay else "",
        "easy_org": slip.payeasy.org if slip.payeasy else "", "easy_kind": slip.payeasy.kind if slip.payeasy else "",
    }


CONDITIONS: dict[str, Callable[[Slip], bool]] = {
    "": lambda slip: True,
    "cvs": lambda slip: slip.cvs_payload is not None,
    "取扱不可": lambda slip: slip.cvs_payload is None,
    "el": lambda slip: slip.el is not None,
    "番号": lambda slip: slip.el is not None or slip.payeasy is not None,
    "payeasyのみ": lambda slip: slip.el is None and slip.payeasy is not None,
    "両方": lambda slip: slip.el is not None and slip.payeasy is not None,
}


def check_ocr(layout: Profile, slip: Slip) -> None:
    """Refuses a line that would run over the edge."""
    if len(slip.ocr) > layout.ocr_rows or any(len(line) > layout.ocr_digits for line in slip.ocr):
        raise NumberWrong("ocr", f"OCR行は{layout.ocr_digits}桁まで、{layout.ocr_rows}行までにしてください")


def kind_of(slip: Slip, values: dict[str, str]) -> tuple[object, ...]:
    """What decides the items per kind."""
    return (*map(values.__getitem__, PER_KIND), *(met(slip) for met in CONDITIONS.values()))


def draw_slip(ink: Ink, plan: Plan, slip: Slip, values: dict[str, str]) -> None:
    """What differs from slip to slip, symbols included."""
    layout = plan.profile
    for item in plan.per_slip:
        if not CONDITIONS[item.when](slip):
            continue
        if item.kind == "QR" and slip.el_payload:
            ink.qr(item.x, item.y, layout.qr_module, slip.el_payload)
        elif item.kind == "GS1" and slip.cvs_payload:
            ink.gs1(item.x, item.y, layout.gs1_module, layout.gs1_height, layout.gs1_quiet, slip.cvs_payload)
        elif item.kind == "OCR":
            for number, line in enumerate(slip.ocr):
                ink.ocr(item.x, item.y + number * layout.ocr_step, line)
        else:
            draw_all(ink, (item,), values)


def draw_all(ink: Ink, items: Iterable[Item], values: dict[str, str]) -> None:
    """Items in order; the frames of 欄 whose words change stand in the form already."""
    for item in items:
        if item.kind == "欄" and "{" in item.words:
            _words(ink, item, item.words.format_map(values))
        else:
            draw_item(ink, item, values)
