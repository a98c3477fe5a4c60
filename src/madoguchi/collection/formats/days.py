"""Days in files: YYYYMMDD, or MMDD whose year is the one that comes nearest to the day of import."""

from __future__ import annotations

import datetime as dt

from .errors import FileRefused


class Days:
    """Reads days and remembers them. A day after ``today`` is wrong in a file of results; ``future`` allows it (requests)."""

    def __init__(self, today: dt.date, *, future: bool = False) -> None:
        self.today, self.future = today, future
        self.known: dict[str, dt.date | None] = {}

    def fine(self, text: str) -> bool:
        """Is it a day that may stand there?"""
        if text not in self.known:
            self.known[text] = self._read(text)
        day = self.known[text]
        return day is not None and (self.future or day <= self.today)

    def of(self, text: str) -> dt.date:
        """The day of a text that is fine."""
        day = self.known[text]
        assert day
        return day

    def look(self, text: str, *, record: int, byte: int, field: str) -> dt.date:
        """The day, or FileRefused."""
        if self.fine(text):
            return self.of(text)
        if self.known[text] is None:
            why = f"「{text}」という日付はありません。送り元に確かめてください。"
        else:
            nearest = "年のない日付は、取り込む日にいちばん近い年と読みます。" if len(text) == 4 else ""
            why = f"日付{self.known[text]}が、取り込む日({self.today})より後です。{nearest}送り元に確かめてください。"
        raise FileRefused(why, record=record, byte=byte, field=field)

    def _read(self, text: str) -> dt.date | None:
        if not (text.isascii() and text.isdecimal()):
            return None
        if len(text) == 8:
            return _day(int(text[:4]), text[4:])
        near = [day for year in (-1, 0, 1) if (day := _day(self.today.year + year, text))]
        return min(near, key=lambda day: abs(day - self.today), default=None)


def _day(year: int, text: str) -> dt.date | None:
    try:
        return dt.date(year, int(text[:2]), int(text[2:]))
    except ValueError:
        return None
