"""A file of fixed-width records: checked whole, in bulk, before anything of it is used.

A record's layout becomes one regular expression, so that a thousand records are checked and taken apart by two calls in C; only
when something does not fit are records gone one by one to say what (``blame``). Memory does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
import io
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from . import blame
from .charset import text_of
from .days import Days
from .errors import FileRefused
from .layout import AMOUNT, COUNT, DAY, FINAL, RESULT, Field, Profile, Record

Data = bytes | mmap.mmap
CHUNK = 4096  # records
Row = tuple[str, ...]


def opened(data: bytes | mmap.mmap | BinaryIO) -> Data:
    """The bytes of a file, mapped rather than read where it is a real one."""
    if isinstance(data, (bytes, mmap.mmap)):
        return data
    try:
        return mmap.mmap(data.fileno(), 0, access=mmap.ACCESS_READ)
    except (io.UnsupportedOperation, ValueError, AttributeError):  # in memory, or empty
        data.seek(0)
        return data.read()


def pattern_of(record: Record, end: str, *roles: str) -> re.Pattern[str]:
    """A record and its line end as a regular expression; one group for each role that it has, in the order of its fields.
    Which characters may stand in C fields is checked apart, by one pass over the bytes."""
    parts = []
    for field in record.fields:
        if field.fixed:
            part = re.escape(field.fixed)
        elif allowed := (*field.codes, *field.allowed):
            part = "(?:" + "|".join(map(re.escape, allowed)) + ")"
        else:
            part = f"[0-9]{{{field.length}}}" if field.kind == "N" else f".{{{field.length}}}"
        part = f"(?:{part}| {{{field.length}}})" if field.blank else part
        parts.append(f"({part})" if field.role in roles and field.role else part)
    return re.compile("".join(parts) + re.escape(end), re.DOTALL)


class Sheet:
    """A file by its layout. ``check`` goes through all of it and raises FileRefused at the first thing that is wrong;
    only then ``rows`` may be asked. ``request``: a file as it was sent, before anybody filled in results."""

    def __init__(self, data: bytes | mmap.mmap | BinaryIO, profile: Profile, *, today: dt.date, request: bool = False) -> None:
        self.data, self.profile, self.request = opened(data), profile, request
        self.days = Days(today, future=request or profile.format == "transfer")
        self.size = len(self.data)
        if not self.size:
            raise FileRefused("ファイルが空です。送り元からもう一度受け取ってください。", record=1, byte=0)
        self.end = self._line_end()
        self.stride = profile.length + len(self.end)
        whole, rest = divmod(self.size, self.stride)
        self.open_end = bool(self.end) and rest == profile.length  # the last line has no line end
        self.count = whole + self.open_end
        self.rest = 0 if self.open_end else rest
        self.first, self.last = len(profile.heads), max(len(profile.heads), self.count - len(profile.tails))
        self.roles = tuple(f.role for f in profile.data.fields if f.role)
        self._pattern = pattern_of(profile.data, self.end, *self.roles)
        self._allowed = profile.allowed + self.end.encode()
        self._marks = self.end.count("\r"), self.end.count("\n")
        self.counts, self.sums = Counter[str](), Counter[str]()  # by result code ("" where there is none)
        self.facts: dict[str, dict[str, str]] = {}

    def _line_end(self) -> str:
        length, ends = self.profile.length, self.profile.line_ends
        start = text_of(self.data[:2 * length + 4], self.profile.code)
        at = start.find("\n")
        end = "" if at < 0 else "\r\n" if at and start[at - 1] == "\r" else "\n"
        if end not in ends:
            words = "・".join({"\r\n": "CRLF", "\n": "LF", "": "改行なし"}[e] for e in ends)
            raise FileRefused(f"改行がこの様式({words})とちがいます。送り元の設定か、取込みの様式を確かめてください。",
                              record=1, byte=max(at, 0) if end else min(length, self.size - 1))
        return end

    def text(self, first: int, last: int) -> str:
        """Records from ``first`` (0-based) up to ``last``, as text of one character a byte."""
        return text_of(self.data[first * self.stride:last * self.stride], self.profile.code)

    def check(self) -> None:
        """Everything: order, length, characters, digits, codes, days, amounts, counts and sums. Raises FileRefused."""
        self._heads()
        for first, rows in self._checked():
            columns = dict(zip(self.roles, zip(*rows, strict=True), strict=True))
            self._count(columns)
            self._look_for_nothing(columns[AMOUNT], first)
            self._look_at_days(columns.get(DAY, ()), first)
            if self.request:
                self._look_for_results(columns.get(RESULT, ()), first)
        tails = self.profile.tails
        if self.rest or self.count < self.first + len(tails) or not self.text(self.last, self.last + 1).startswith(tails[0].mark):
            blame.walk(self, self.last)
        for n, record in enumerate(tails):
            self._single(self.last + n, record)
        self._totals()

    def rows(self) -> Iterator[tuple[int, list[Row]]]:
        """(0-based number of the first record, the values of ``roles``) in stretches. Only after ``check``."""
        for first in range(self.first, self.last, CHUNK):
            yield first, self._found(self.text(first, min(first + CHUNK, self.last)))

    def _found(self, text: str) -> list[Row]:
        found = self._pattern.findall(text)
        return found if len(self.roles) > 1 else [(one,) for one in found]

    def _checked(self) -> Iterator[tuple[int, list[Row]]]:
        for first in range(self.first, self.last, CHUNK):
            last = min(first + CHUNK, self.last)
            text = self.text(first, last)
            rows = self._found(text)
            if len(rows) < last - first or not self._plain(text, len(rows)):
                blame.walk(self, first)
            yield first, rows

    def _plain(self, text: str, records: int) -> bool:
        """Only characters that may stand there, and line ends at the ends of records alone."""
        if text.encode("latin-1").translate(None, self._allowed):
            return False
        return not self.end or (text.count("\r"), text.count("\n")) == (self._marks[0] * records, self._marks[1] * records)

    def _heads(self) -> None:
        for n, record in enumerate(self.profile.heads):
            self._single(n, record)
            field = record.find(DAY)
            if field:
                self.days.look(self.facts[record.name][field.name], record=n + 1, byte=n * self.stride + field.start, field=field.name)

    def _single(self, n: int, record: Record) -> None:
        text = self.text(n, n + 1)
        blame.record(self, n, record, text)
        self.facts[record.name] = {f.name: text[f.start:f.end] for f in record.fields}

    def _count(self, columns: dict[str, Row]) -> None:
        codes, amounts = columns.get(RESULT), list(map(int, columns[AMOUNT]))
        if codes is None:
            self.counts[""] += len(amounts)
            self.sums[""] += sum(amounts)
            return
        self.counts.update(codes)
        if len(set(codes)) == 1:
            self.sums[codes[0]] += sum(amounts)
            return
        sums = dict.fromkeys(codes, 0)
        for code, amount in zip(codes, amounts, strict=True):
            sums[code] += amount
        self.sums.update(sums)

    def _look_at_days(self, texts: Row, first: int) -> None:
        wrong = {text for text in set(texts) if not self.days.fine(text)}
        if wrong:
            n = first + next(i for i, text in enumerate(texts) if text in wrong)
            field = self.profile.data.find(DAY)
            assert field
            self.days.look(texts[n - first], record=n + 1, byte=n * self.stride + field.start, field=field.name)

    def _look_for_nothing(self, texts: Row, first: int) -> None:
        """Nobody pays nothing: such a record is a mistake of its sender."""
        nothing = "0" * len(texts[0]) if texts else ""
        if nothing in texts:
            n, field = first + texts.index(nothing), self.profile.data.find(AMOUNT)
            assert field
            raise FileRefused("0円の記録があります。送り元に、この記録を確かめて作り直すよう頼んでください。",
                              record=n + 1, byte=n * self.stride + field.start, field=field.name)

    def _look_for_results(self, codes: Row, first: int) -> None:
        """In a request every code is still the one for 振替済 (0)."""
        given = {code for code in set(codes) if self.profile.results[code].stage != FINAL}
        if given:
            n = first + next(i for i, code in enumerate(codes) if code in given)
            field = self.profile.data.find(RESULT)
            assert field
            raise FileRefused(f"請求ファイルに振替結果コード「{codes[n - first]}」があります。結果ファイルを選んでいないか確かめてください。",
                              record=n + 1, byte=n * self.stride + field.start, field=field.name)

    def expected(self, field: Field) -> int:
        """What a total should say."""
        of_code = self.counts if field.total == COUNT else self.sums
        if not field.of:
            return of_code.total()
        if self.request:
            return 0
        results = self.profile.results
        return sum(n for code, n in of_code.items() if (results[code].stage if code else self.profile.stage) in field.of)

    def _totals(self) -> None:
        for n, record in enumerate(self.profile.tails):
            for field in record.fields:
                if not field.total:
                    continue
                said, found = int(self.facts[record.name][field.name].strip() or "0"), self.expected(field)
                if said != found:
                    unit = "件" if field.total == COUNT else "円"
                    raise FileRefused(
                        f"合計が明細と合いません(書かれているのは{said:,}{unit}、明細を数えると{found:,}{unit})。"
                        "記録が失われたか重なったか、途中で書き換わっています。送り元から受け取り直してください。",
                        record=self.last + n + 1, byte=(self.last + n) * self.stride + field.start, field=field.name)
