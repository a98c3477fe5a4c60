"""Files of results made from what was received: for the trial, the benchmark and tests. Nobody sends files like these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from .layout import AMOUNT, DAY, REFERENCE, RESULT, Profile
from .received import Received
from .writing import Value, roles, written


def received_file(profile: Profile, items: Iterable[Received], *, on: dt.date, line_end: str | None = None) -> Iterator[bytes]:
    """A file by this layout that says these things; their record, byte and channel are the file's own. ``on`` is the day of a layout
    whose day stands in the header, and then every item must be of that day."""
    names = roles(profile)
    in_head = profile.data.find(DAY) is None
    header: dict[str, Value] = {names[DAY]: on} if in_head else {}
    usual: dict[str, Value] = {f.name: f.allowed[0] for f in profile.data.fields if f.allowed and not f.blank}

    def row(item: Received) -> Mapping[str, Value]:
        if in_head and item.paid_on != on:
            raise ValueError(item.paid_on)
        found: dict[str, Value] = usual | {names[REFERENCE]: item.reference, names[AMOUNT]: item.amount}
        if not in_head:
            found[names[DAY]] = item.paid_on
        if RESULT in names:
            found[names[RESULT]] = item.code
        return found

    return written(profile, header, map(row, items), line_end=line_end)
