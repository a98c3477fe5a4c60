"""The letter of a notice (納税通知書): window address, issuer, title, law, table, instalments, 教示, contact."""

from __future__ import annotations

from .faces import Type
from .ink import Ink
from .parts import Notice
from .pdf import HEIGHT, MM
from .plan import broken, day, within
from .profile import Profile

SMALL, TEXT = 8.0, 9.5
ROW, REPLY = 5.6, 11.0


class Letter:
    """The pages of one letter being drawn. ``y`` is the pen in mm from the top."""

    def __init__(self, type_: Type, layout: Profile, notice: Notice) -> None:
        self.type, self.layout, self.notice = type_, layout, notice
        self.ink = Ink(type_, HEIGHT)
        self.done: list[str] = []
        self.y = layout.title
        self.width = layout.right - layout.left

    def pages(self) -> list[str]:
        """The operators of each page."""
        self._address()
        self._issue()
        self._title()
        self._table()
        self._dates()
        self._notes()
        self._appeal()
        self._reply()
        self.done.append(self.ink.drawn())
        return self.done

    def _need(self, height: float) -> None:
        """The next page, unless so much room is left."""
        if self.y + height <= self.layout.bottom:
            return
        self.done.append(self.ink.drawn())
        self.ink = Ink(self.type, HEIGHT)
        self.ink.text(self.layout.left, 14, f"{self.notice.title}（続き）", TEXT, room=self.width * 0.6, bold=True)
        self.ink.text(self.layout.left, 14, f"通知書番号　{self.notice.notice_number}", SMALL, align="右", room=self.width)
        self.y = 24.0

    def _address(self) -> None:
        """All of it inside the window, whatever the length: smaller letters first, then fewer gaps."""
        place, person = self.layout.address, self.notice.addressee
        name = f"{person.name}　様"
        size = place.size
        while True:
            lines = [line for part in person.lines for line in broken(self.type, part, place.width, size)]
            names, big = within(self.type, name, place.width, size * 1.25, 2, place.least)
            step, step_name = size / MM * 1.3, big / MM * 1.35
            if step + len(lines) * step + len(names) * step_name + 2 <= place.height or size - 0.5 < place.least:
                break
            size -= 0.5
        y = place.y
        self.ink.text(place.x, y, person.mark, size, room=place.width)
        y += step
        room = max(int((place.height - step - len(names) * step_name - 2) / step), 1)
        if len(lines) > room:
            lines = [*lines[:room - 1], "".join(lines[room - 1:])]
        for line in lines:
            self.ink.text(place.x, y, line, size, room=place.width, least=place.least * 0.6)
            y += step
        for line in names:
            self.ink.text(place.x, y + 2, line, big, room=place.width, least=place.least * 0.6)
            y += step_name

    def _issue(self) -> None:
        """Who writes, when, under which number."""
        place, issuer = self.layout.issue, self.notice.issuer
        rows = [f"通知書番号　{self.notice.notice_number}", day(self.notice.issued_on), "", issuer.city]
        for number, row in enumerate(rows):
            self.ink.text(place.x, place.y + number * 5, row, TEXT, align="右", room=place.width)
        self.ink.text(place.x, place.y + 20.5, issuer.mayor, 11.5, room=place.width - 24 if issuer.seal_words else place.width, align="右")
        if issuer.seal_words:
            self.ink.box(place.x + place.width - 19, place.y + 19.6, 19, 6.4)
            self.ink.text(place.x + place.width - 19, place.y + 21.2, issuer.seal_words, 8, align="中", room=19)
        for number, row in enumerate(issuer.contact):
            self.ink.text(place.x, place.y + 29 + number * 4.2, row, SMALL, align="右", room=place.width)

    def _title(self) -> None:
        left = self.layout.left
        self.ink.text(left, self.y, self.notice.title, 16, align="中", room=self.width, bold=True)
        self.y += 11
        self._paragraphs(self.notice.law, TEXT, 5.0)
        self.y += 3

    def _paragraphs(self, text: str, size: float, step: float) -> None:
        for line in broken(self.type, text, self.width, size):
            self._need(step)
            self.ink.text(self.layout.left, self.y, line, size, room=self.width)
            self.y += step

    def _heading(self, words: str, following: float) -> None:
        self._need(6.5 + following)
        self.ink.text(self.layout.left, self.y, words, 10, bold=True, room=self.width)
        self.y += 5.6

    def _table(self) -> None:
        """What the sum is made of, and the sum."""
        self._heading(self.notice.table, ROW * 2)
        for line in self.notice.lines:
            self._row(line.label, line.shown, bold=False)
        words = self.notice.sum_words or ("納付していただく額（年額）" if self.notice.whole else "納付していただく額")
        self._row(words, f"{self.notice.total:,}円", bold=True)
        self.y += 4

    def _row(self, label: str, value: str, *, bold: bool) -> None:
        left, half = self.layout.left, self.width * 0.64
        rows, size = within(self.type, label, half - 4, TEXT, 2, 6)
        height = ROW + (len(rows) - 1) * 4.2
        self._need(height)
        if bold:
            self.ink.box(left, self.y, self.width, height, line=0, fill=0.92)
        self.ink.box(left, self.y, half, height)
        self.ink.box(left + half, self.y, self.width - half, height)
        for number, row in enumerate(rows):
            self.ink.text(left + 2, self.y + 1 + number * 4.2, row, size, room=half - 4, bold=bold)
        self.ink.text(left + half + 2, self.y + 1 + (height - ROW) / 2, value, TEXT, align="右", room=self.width - half - 4, bold=bold)
        self.y += height

    def _dates(self) -> None:
        """When to pay how much, with which slip or how."""
        last = "納付の方法" if self.notice.dues else "納付番号"
        rows = [(due.period, due.on, due.amount, due.how) for due in self.notice.dues] or [
            (slip.period, slip.due, slip.amount, slip.number) for slip in self.notice.slips]
        if not rows:
            return
        self._heading("納期限と納付額", ROW * 2)
        columns = ((0.0, 0.16, "期別", "中"), (0.16, 0.26, "納期限", "中"), (0.42, 0.22, "納付額", "右"), (0.64, 0.36, last, "中"))
        self._cells(columns, [head for _, _, head, _ in columns], head=True)
        for period, on, amount, how in rows:
            self._cells(columns, [period, day(on), f"{amount:,}円", how], head=False)
        self.y += 4

    def _cells(self, columns: tuple[tuple[float, float, str, str], ...], words: list[str], *, head: bool) -> None:
        self._need(ROW)
        for (start, part, _, align), word in zip(columns, words, strict=True):
            x, width = self.layout.left + start * self.width, part * self.width
            self.ink.box(x, self.y, width, ROW, fill=0.92 if head else None)
            self.ink.text(x + 2, self.y + 1.1, word, SMALL + 0.5, align="中" if head else align, room=width - 4)
        self.y += ROW

    def _notes(self) -> None:
        """Where to pay, and what happens if not (地方税法1条1項6号)."""
        for heading, words in self.notice.notes:
            self._heading(heading, 8)
            self._paragraphs(words, SMALL, 4.1)
            self.y += 2

    def _reply(self) -> None:
        """A page that comes back: what it is about stands on it already, the rest is written by hand."""
        if not self.notice.reply:
            return
        self._need(HEIGHT)
        left, notice = self.layout.left, self.notice
        self.ink.text(left, self.y, "還付金の振込先の届出書", 16, align="中", room=self.width, bold=True)
        self.y += 12
        self.ink.text(left, self.y, f"{notice.issuer.mayor}　あて", TEXT, room=self.width)
        self.y += 8
        self._paragraphs(f"通知書番号 {notice.notice_number} の過誤納金 {notice.total:,}円は、次の口座に振り込んでください。", TEXT, 5.0)
        self.y += 3
        for label in ("届出の日", "氏名・名称", "電話", *notice.reply):
            self.ink.box(left, self.y, self.width * 0.3, REPLY)
            self.ink.box(left + self.width * 0.3, self.y, self.width * 0.7, REPLY)
            self.ink.text(left + 2, self.y + 3.4, label, TEXT, room=self.width * 0.3 - 4)
            self.y += REPLY

    def _appeal(self) -> None:
        """教示 (行政不服審査法82条, 行政事件訴訟法46条), as the city words it."""
        if not self.notice.appeal:
            return
        self._heading("不服の申立て等について", 8)
        self._paragraphs(self.notice.appeal, SMALL, 4.1)
