"""Every column that holds something sealed, and how it gets from an old key under the new one while people work.

The rooms register their columns through config.wiring; tests/meta fails for a column that nobody registered. A row is
written only if it still holds what was read (another process may wipe or replace it meanwhile), so that no lock is held
while anything is computed, and a run that was killed is simply begun again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import OperationalError, transaction
from django.db.models import BinaryField, Model
from django.db.models.functions import Substr

from . import failpoints, keys, sealed
from .keyring import Kind
from .models import AuditKey, Message, SealedValue

log = logging.getLogger("madoguchi.keys")
BATCH = 100
SEARCH = "kernel_sealedvalue.search"


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column: for what purpose, bound to which field of its row, and what it is in Japanese."""

    model: type[Model]
    name: str
    purpose: str
    bound_to: str
    ja: str

    @property
    def table(self) -> str:
        """Table and column, as the reports name it."""
        return f"{self.model._meta.db_table}.{self.name}"


KERNEL = (
    Column(Message, "sealed", "outbox", "key", "処理を待つ知らせの中身"),
    Column(AuditKey, "sealed", "audit", "chain", "記録の要約値の鍵"),
    Column(SealedValue, "sealed", "sealed", "token", "個人番号"),
)
_rooms: dict[str, Callable[[], Iterable[Column]]] = {}


def register(room: str, its: Callable[[], Iterable[Column]]) -> None:
    """Make the columns of a room known; they are asked for when they are wanted. Called by the composition root only (config.wiring)."""
    _rooms[room] = its


def columns() -> list[Column]:
    """All sealed columns."""
    return [*KERNEL, *(column for its in _rooms.values() for column in its())]


def labels() -> dict[str, str]:
    """What each column holds, in Japanese."""
    return {c.table: c.ja for c in columns()} | {SEARCH: "個人番号の検索の手がかり"}


def _marked(column: Column, name: str) -> Any:
    """Rows that hold something, with ``key_mark``: the first bytes, which name the key."""
    rows = column.model._default_manager.filter(**{f"{column.name}__isnull": False}).exclude(**{column.name: b""})
    return rows.annotate(key_mark=Substr(column.name, 1, len(name) + 1, output_field=BinaryField()))


def report(kind: Kind) -> dict[str, dict[str, int]]:
    """What lies under which key of the ring: key → column → rows, only where there are any."""
    names = keys.ring(fresh=True).of(kind).known
    if kind == "search":
        found = {name: SealedValue.objects.filter(search_key=name).count() for name in names}
        return {name: {SEARCH: n} if n else {} for name, n in found.items()}
    return {name: {c.table: n for c in columns() if (n := _marked(c, name).filter(key_mark=f"{name}.".encode()).count())}
            for name in names}


def left(kind: Kind) -> int:
    """How many rows do not lie under the current key, whatever they lie under."""
    name = keys.ring(fresh=True).of(kind).current
    if kind == "search":
        return SealedValue.objects.exclude(search_key=name).count()
    return sum(_marked(c, name).exclude(key_mark=f"{name}.".encode()).count() for c in columns())


def ring_opens() -> bool | None:
    """Whether the ring is that of this database: True at the first sealed value that opens (the oldest and the newest of each column are
    tried), False where none of them does, None where nothing is sealed yet."""
    found = None
    for column in columns():
        rows = column.model._default_manager.filter(**{f"{column.name}__isnull": False}).exclude(**{column.name: b""})
        held = rows.order_by("pk").values_list(column.bound_to, column.name)
        for row in filter(None, (held.first(), held.last())):
            try:
                keys.unseal(column.purpose, row[1], bound_to=str(row[0]))
            except (InvalidTag, keys.KeysMissing):
                found = False
            else:
                return True
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One batch: of which column, how many rows it moved, how many would not open."""

    column: str
    moved: int
    stuck: int


def reseal(kind: Kind, *, pause: float = 0.02, say: Callable[[Step], None] = lambda step: None) -> Step:
    """One pass over everything that does not lie under the current key."""
    moved = stuck = 0
    for batches in [_search_batches()] if kind == "search" else [_batches(column) for column in columns()]:
        for step in batches:
            moved, stuck = moved + step.moved, stuck + step.stuck
            say(step)
            time.sleep(pause)  # SQLite has one writer: let the others in
    return Step("", moved, stuck)


def _batches(column: Column) -> Iterator[Step]:
    last = None
    while True:
        name = keys.ring().seal.current
        rows = _marked(column, name).exclude(key_mark=f"{name}.".encode())
        batch = list((rows.filter(pk__gt=last) if last is not None else rows).order_by("pk")
                     .values_list("pk", column.bound_to, column.name)[:BATCH])
        if not batch:
            return
        last = batch[-1][0]
        yield _move(column, batch)


def _move(column: Column, batch: list[tuple[Any, Any, Any]]) -> Step:
    fresh, stuck = [], 0
    for pk, bound_to, old in batch:
        try:
            data = keys.unseal(column.purpose, old, bound_to=str(bound_to))
        except (InvalidTag, keys.KeysMissing):
            stuck += 1
            continue
        fresh.append((pk, {column.name: bytes(old)}, {column.name: keys.seal(column.purpose, data, bound_to=str(bound_to))}))
    return Step(column.table, _write(column.model, fresh), stuck)


def _search_batches() -> Iterator[Step]:
    last = ""
    while True:
        name, key = next(iter(keys.search_keys().items()))
        batch = list(SealedValue.objects.filter(token__gt=last).exclude(search_key=name).order_by("token")[:BATCH])
        if not batch:
            return
        last, fresh, stuck = batch[-1].token, [], 0
        for row in batch:
            try:
                value = keys.unseal("sealed", row.sealed, bound_to=row.token).decode()
            except (InvalidTag, keys.KeysMissing):
                stuck += 1
                continue
            fresh.append((row.pk, {"search": row.search}, {"search": sealed.search_digest(key, row.kind, value), "search_key": name}))
        yield Step(SEARCH, _write(SealedValue, fresh), stuck)


def _write(model: type[Model], fresh: list[tuple[Any, dict[str, Any], dict[str, Any]]]) -> int:
    """Write the rows that still hold what was read. A database that is busy is tried again by the next pass."""
    try:
        with transaction.atomic():
            moved = sum(model._default_manager.filter(pk=pk, **was).update(**values) for pk, was, values in fresh)
            failpoints.hit("keys.reseal.before_commit")
    except OperationalError as error:
        log.warning("reseal: %s, tried again later", type(error).__name__)
        return 0
    return moved
