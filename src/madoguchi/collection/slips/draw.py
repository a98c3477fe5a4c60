"""Notices and slips as PDF: each notice its letter, then its slips, three to a page; 見本 across whatever is a trial.

``write`` takes any number of notices and holds one at a time. What no font can draw is told per notice, never left blank.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .faces import Type
from .ink import Ink
from .letter import Letter
from .parts import Notice, Slip
from .pdf import HEIGHT, MM, WIDTH, PdfFile
from .plan import CONDITIONS, REMEMBERED, check_ocr, draw_all, draw_slip, kind_of, notice_values, plan_of, slip_values
from .profile import Profile, profile

SAMPLE = "見本"


@dataclass(frozen=True, slots=True)
class Problem:
    """A character of one notice that could not be drawn as written; without one, that letters are too narrow to be
    read. Which ones is not told: they are somebody's name or address."""

    notice_number: str
    character: str
    narrow: bool = False

    @property
    def ja(self) -> str:
        """What a clerk reads."""
        code = " ".join(f"U+{ord(c):04X}" for c in self.character)
        if self.narrow:
            said = "宛名・住所などが長くて枠に入らず、読めない細さで印字しました。手書きで補うか、短い書き方に直してください"
        elif len(self.character) > 1:
            said = f"異体字「{self.character}」（{code}）は、基本の字で印字しました。宛名を確認してください"
        else:
            said = f"「{self.character}」（{code}）を印字できる書体がないため、〓にしました。手書きで補うか、宛名を直してください"
        return f"通知書番号{self.notice_number}：{said}"


@dataclass(frozen=True, slots=True)
class Printed:
    """One notice in the file: how many pages, and what is wrong with it."""

    notice_number: str
    pages: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Written:
    """What a file holds, to be reconciled by whoever ordered it: ``yen`` of the notices, ``instalment_yen`` of the slips
    that are not for the whole year at once."""

    notices: int = 0
    pages: int = 0
    slips: int = 0
    yen: int = 0
    instalment_yen: int = 0
    problems: list[Problem] = field(default_factory=list)


class Press:
    """One file being printed."""

    def __init__(self, out: BinaryIO, *, title: str, author: str, layout: Profile | None = None, rare: Path | None = None) -> None:
        self.layout = layout or profile()
        self.type = Type(rare)
        self.file = PdfFile(out, self.type, title=title, author=author)
        self.plan = plan_of(self.layout)
        self.pages = 0
        self._kinds: dict[tuple[object, ...], str] = {}
        self._forms()

    def _forms(self) -> None:
        box = (0.0, -self.layout.height * MM, WIDTH, 0.0)
        frame, sample, sheet = Ink(self.type), Ink(self.type), Ink(self.type, HEIGHT)
        for cut in self.layout.cuts:
            frame.line(cut, 1.5, cut, self.layout.height - 1.5, dash=True)
        draw_all(frame, self.plan.fixed, {})
        edges = (0.0, *self.layout.cuts, WIDTH / MM)
        for left, right in zip(edges, edges[1:], strict=False):
            sample.sample(left, 38, right - left, 40, SAMPLE)
        sheet.sample(10, 105, 190, 90, SAMPLE)
        self.file.form("S1", frame.drawn(), box)
        self.file.form("S0", sample.drawn(), box)
        self.file.form("S2", sheet.drawn(), (0, 0, WIDTH, HEIGHT))

    def _page(self, content: str) -> None:
        self.file.page(content)
        self.pages += 1

    def notice(self, notice: Notice, *, letter: bool = True) -> Printed:
        """The pages of one notice; without ``letter`` its slips alone (再発行)."""
        before = self.pages
        for slip in notice.slips:
            check_ocr(self.layout, slip)
        self.type.missing.clear()
        self.type.narrow.clear()
        if letter:
            for content in Letter(self.type, self.layout, notice).pages():
                self._page(("/S2 Do\n" if notice.trial else "") + content)
        self._slips(notice)
        problems = tuple(Problem(notice.notice_number, character) for character in self.type.missing)
        if self.type.narrow:
            problems += (Problem(notice.notice_number, "", narrow=True),)
        return Printed(notice.notice_number, self.pages - before, problems)

    def _slips(self, notice: Notice) -> None:
        if not notice.slips:
            return
        values = notice_values(notice)
        shared = Ink(self.type)
        draw_all(shared, self.plan.per_notice, values)
        same = ("/S0 Do\n" if notice.trial else "") + "/S1 Do\n" + shared.drawn()
        for first in range(0, len(notice.slips), self.layout.per_page):
            rows = notice.slips[first:first + self.layout.per_page]
            cuts = Ink(self.type, HEIGHT)
            for row in range(1, min(len(rows) + 1, self.layout.per_page)):
                cuts.line(3, row * self.layout.height, 207, row * self.layout.height, dash=True)
            self._page(cuts.drawn() + "".join(self._row(row, slip, same) for row, slip in enumerate(rows)))

    def _row(self, row: int, slip: Slip, same: str) -> str:
        """One slip at its place on the page; its bars keep to the dots of the printer because only the height moves."""
        ink, values = Ink(self.type), slip_values(slip)
        ink.ops.append(self._kind(slip, values))
        draw_slip(ink, self.plan, slip, values)
        top = HEIGHT - row * self.layout.height * MM
        return f"q 1 0 0 1 0 {top:.2f} cm\n{same}{ink.drawn()}Q\n"

    def _kind(self, slip: Slip, values: dict[str, str]) -> str:
        """Names, years and days that many slips of a run share. What lacks a glyph or room is not remembered: each notice tells it."""
        key = kind_of(slip, values)
        if key in self._kinds:
            return self._kinds[key]
        ink = Ink(self.type)
        draw_all(ink, (item for item in self.plan.per_kind if CONDITIONS[item.when](slip)), values)
        if len(self._kinds) >= REMEMBERED:
            self._kinds.clear()
        if not (self.type.missing or self.type.narrow):
            self._kinds[key] = ink.drawn()
        return ink.drawn()

    def close(self) -> None:
        """Finish the file."""
        self.file.close()


def write(
    out: BinaryIO, notices: Iterable[Notice], *, title: str, author: str, letter: bool = True, layout: Profile | None = None,
    rare: Path | None = None, each: Callable[[Printed], None] | None = None,
) -> Written:
    """Print notices into one file. ``each`` hears of every notice as it is done (progress, job sheet)."""
    press, written = Press(out, title=title, author=author, layout=layout, rare=rare), Written()
    for notice in notices:
        printed = press.notice(notice, letter=letter)
        written.notices += 1
        written.slips += len(notice.slips)
        written.yen += notice.total
        written.instalment_yen += sum(slip.amount for slip in notice.slips if slip.instalment)
        written.problems += printed.problems
        if each:
            each(printed)
    press.close()
    written.pages = press.pages
    return written


def one(notice: Notice, *, letter: bool = True, layout: Profile | None = None, rare: Path | None = None) -> tuple[bytes, tuple[Problem, ...]]:
    """One notice, or its slips alone, as a file of its own."""
    out = io.BytesIO()
    done = write(out, [notice], title=f"{notice.title} {notice.notice_number}", author=notice.issuer.city, letter=letter, layout=layout, rare=rare)
    return out.getvalue(), tuple(done.problems)
