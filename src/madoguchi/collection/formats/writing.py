"""Rows → bytes of a file, by its layout. Counts and sums are made here, so that they are right."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .charset import bytes_of, half, strangers
from .errors import RowRefused
from .layout import AMOUNT, COUNT, DAY, RESULT, Field, Profile, Record

Value = str | int | dt.date


def _digits(field: Field, value: Value, row: int) -> str:
    if isinstance(value, dt.date):
        text = value.strftime("%Y%m%d")[-field.length:]
    else:
        text = str(value)
    if not (text.isascii() and text.isdecimal()):
        raise RowRefused("数字だけで入力してください。", row=row, field=field.name)
    if len(text) > field.length:
        raise RowRefused(f"{field.length}けたまでにしてください({len(text)}けたあります)。", row=row, field=field.name)
    return text.rjust(field.length, "0")


def _letters(field: Field, value: Value, row: int, profile: Profile) -> str:
    text = half(str(value), wo=profile.wo)
    wrong = strangers(text, profile.symbols)
    if wrong:
        raise RowRefused(f"「{wrong}」はこのファイルでは使えません。半角のカナ・英大文字・数字と {profile.symbols} で書き直してください。",
                         row=row, field=field.name)
    if len(text) > field.length and not field.cut:
        raise RowRefused(f"半角で{field.length}文字までにしてください(濁点も1文字に数えて{len(text)}文字あります)。", row=row, field=field.name)
    return text[:field.length].ljust(field.length)


def fault_of(profile: Profile, name: str, value: str) -> str:
    """Why a text cannot stand in this field of a data record; "" when it can."""
    field = next(f for f in profile.data.fields if f.name == name)
    try:
        _letters(field, value, 0, profile)
    except RowRefused as refused:
        return refused.why
    return ""


def line(profile: Profile, record: Record, values: Mapping[str, Value], row: int) -> str:
    """One record as half-width text, without its line end. Raises RowRefused; KeyError for a name that the record does not have."""
    unknown = set(values) - {f.name for f in record.fields}
    if unknown:
        raise KeyError(f"{record.name}: {unknown}")
    parts = []
    for field in record.fields:
        value = values.get(field.name)
        if field.codes and value is not None and value not in field.codes:
            raise RowRefused(f"結果コードは{'・'.join(field.codes)}のどれかにしてください。", row=row, field=field.name)
        if field.allowed and value is not None and value not in field.allowed:
            raise RowRefused(f"{'・'.join(field.allowed)}のどれかにしてください。", row=row, field=field.name)
        if field.fixed:
            parts.append(field.fixed)
        elif value is None:
            parts.append(" " * field.length if field.kind == "C" or field.blank else "0" * field.length)
        else:
            parts.append(_digits(field, value, row) if field.kind == "N" else _letters(field, value, row, profile))
    return "".join(parts)


class _Tally:
    """Counts and sums by stage while rows go by."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.counts, self.sums = profile, Counter[str](), Counter[str]()
        self.amount, self.result = profile.data.find(AMOUNT), profile.data.find(RESULT)

    def add(self, written: str) -> None:
        assert self.amount
        code = written[self.result.start:self.result.end] if self.result else ""
        stage = self.profile.results[code].stage if code in self.profile.results else self.profile.stage
        self.counts[stage] += 1
        self.sums[stage] += int(written[self.amount.start:self.amount.end])

    def totals(self, record: Record, request: bool) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for field in record.fields:
            if field.total:
                by_stage = self.counts if field.total == COUNT else self.sums
                found[field.name] = (0 if request else sum(by_stage[s] for s in field.of)) if field.of else by_stage.total()
        return found


def written(profile: Profile, header: Mapping[str, Value], rows: Iterable[Mapping[str, Value]], *, line_end: str | None = None,
            request: bool = False) -> Iterator[bytes]:
    """The records of a file, one by one, as bytes. ``line_end`` is another one that the layout allows. ``request``: results are
    still to come, so their totals are 0. Raises RowRefused, whose row counts from 1."""
    end = profile.line_ends[0] if line_end is None else line_end
    if end not in profile.line_ends:
        raise ValueError(line_end)
    tally = _Tally(profile)
    for record in profile.heads:
        yield bytes_of(line(profile, record, header, 0) + end, profile.code)
    for row, values in enumerate(rows, 1):
        text = line(profile, profile.data, values, row)
        tally.add(text)
        yield bytes_of(text + end, profile.code)
    for record in profile.tails:
        yield bytes_of(line(profile, record, tally.totals(record, request), 0) + end, profile.code)


def roles(profile: Profile) -> dict[str, str]:
    """Role → name of the field of the data record, and of the day in the header."""
    found = {f.role: f.name for f in profile.data.fields if f.role}
    head = next((f for r in profile.heads if (f := r.find(DAY))), None)
    return found | ({DAY: head.name} if head else {})
