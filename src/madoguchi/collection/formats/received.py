"""What was received, in one shape whatever channel it came by. ``read_received`` refuses a file whole, or gives all of it."""

from __future__ import annotations

import datetime as dt
import functools
import mmap
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any, BinaryIO, NamedTuple, cast

from .charset import shown
from .layout import AMOUNT, DAY, REFERENCE, RESULT, Profile
from .profiles import profile as shipped
from .sheet import Sheet


class Received(NamedTuple):
    """One record of a file. ``record`` counts from 1, ``byte`` from 0; ``reference`` is the 納付番号 of twenty digits."""

    record: int
    byte: int
    reference: str
    amount: int
    paid_on: dt.date
    channel: str  # cvs payeasy elqr ocr zengin cash
    stage: str  # prompt 速報, final 確報, cancel 取消, failed 振替不能
    code: str


class Batch:
    """A file that is well: facts of its header and trailer, counts and sums by stage, and its records, as often as asked for."""

    def __init__(self, sheet: Sheet) -> None:
        """``sheet`` is checked."""
        self._sheet, self.profile = sheet, sheet.profile
        self.header = {name: shown(value).strip() for record in sheet.profile.heads for name, value in sheet.facts[record.name].items()}
        self.count, self.amount = sheet.counts.total(), sheet.sums.total()
        self.by_stage: dict[str, tuple[int, int]] = {}
        for code in sheet.counts:
            stage = sheet.profile.results[code].stage if code else sheet.profile.stage
            count, amount = self.by_stage.get(stage, (0, 0))
            self.by_stage[stage] = count + sheet.counts[code], amount + sheet.sums[code]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Received]:
        make = cast("Callable[[tuple[Any, ...]], Received]", functools.partial(tuple.__new__, Received))  # as _make, without its Python
        sheet, profile = self._sheet, self._sheet.profile
        stages, days, stride = {code: r.stage for code, r in profile.results.items()}, sheet.days, sheet.stride
        field = next((r.find(DAY) for r in profile.heads if r.find(DAY)), None)
        day = days.of(self.header[field.name]) if field else None
        for first, rows in sheet.rows():
            columns = dict(zip(sheet.roles, zip(*rows, strict=True), strict=True))
            codes = columns.get(RESULT)
            yield from map(make, zip(
                range(first + 1, first + 1 + len(rows)), range(first * stride, (first + len(rows)) * stride, stride),
                columns[REFERENCE], map(int, columns[AMOUNT]), repeat(day) if day else map(days.known.__getitem__, columns[DAY]),
                repeat(profile.channel), map(stages.__getitem__, codes) if codes else repeat(profile.stage),
                codes or repeat("")))


def read_received(data: bytes | mmap.mmap | BinaryIO, format: str, profile: Profile | str = "", *, today: dt.date) -> Batch:
    """A file of results, checked whole. ``profile`` is a layout or the name of a shipped one; without it the usual one of the format.
    ``today`` is the day of import: no payment may be later, and a day without year is the one nearest to it. The file must not
    change while the batch is used. Raises FileRefused, ProfileUnknown."""
    sheet = Sheet(data, profile if isinstance(profile, Profile) else shipped(format, profile), today=today)
    sheet.check()
    return Batch(sheet)
