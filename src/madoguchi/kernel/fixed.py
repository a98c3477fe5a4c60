"""Reads and writes whose SQL never changes. Where a page asks the same thing every time, two thirds of the time went into
Django writing the same query again; everything else stays with the ORM."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Model
from django.db.models.base import ModelState
from django.db.models.fields import AutoFieldMixin

M = TypeVar("M", bound=Model)
N = TypeVar("N", bound=Model)
Convert = Callable[[Any, Any, Any], Any]
AS_IT_IS: dict[type[Any], type] = {models.CharField: str, models.TextField: str, models.BooleanField: bool, models.IntegerField: int,
                                   models.SmallIntegerField: int, models.BigIntegerField: int}


def _connection() -> Any:
    """This thread's connection itself: Django's ``connection`` looks it up with every attribute."""
    return connections[DEFAULT_DB_ALIAS]


def _cursor(connection: Any) -> Any:
    """A cursor for a statement that is the same every time (config.postgres); SQLite keeps those by itself."""
    return (getattr(connection, "fixed_cursor", None) or connection.cursor)()


def _saved(f: Field[Any, Any], value: Any, connection: Any) -> Any:
    """A value as the engine takes it. Texts, whole numbers and yes or no go as they are, as Django hands them on too."""
    return value if type(value) is AS_IT_IS.get(type(f)) else f.get_db_prep_save(value, connection)


class FixedRead(Generic[M]):
    """One row of ``model`` by a condition on its own columns: ``FixedRead(Draft, "id", "owner")`` reads by both."""

    def __init__(self, model: type[M], *by: str) -> None:
        self._model, self._by = model, by

    @functools.cached_property
    def _keys(self) -> tuple[Field[Any, Any], ...]:
        return tuple(self._model._meta.get_field(name) for name in self._by)  # type: ignore[misc]

    @functools.cached_property
    def _names(self) -> list[str]:
        return [f.attname for f in self._model._meta.concrete_fields]

    @functools.cached_property
    def _sql(self) -> str:
        quote = _connection().ops.quote_name
        table = quote(self._model._meta.db_table)
        columns = ", ".join(quote(str(f.column)) for f in self._model._meta.concrete_fields)
        where = " AND ".join(f"{quote(str(f.column))} = %s" for f in self._keys)
        return f"SELECT {columns} FROM {table} WHERE {where}"  # noqa: S608 - names of our own columns

    @functools.cached_property
    def _converters(self) -> list[tuple[int, list[Convert], Any]]:
        """As Django converts a column of this engine: JSON, times, UUIDs."""
        return _converters_of(self._model._meta.concrete_fields)

    def one(self, *values: Any) -> M | None:
        """The row, or None."""
        connection = _connection()
        with _cursor(connection) as cursor:
            cursor.execute(self._sql, [f.get_db_prep_value(v, connection) for f, v in zip(self._keys, values, strict=True)])
            row = cursor.fetchone()
        return None if row is None else self._made(row)

    def _made(self, row: Sequence[Any]) -> M:
        return _made(self._model, self._names, _converted(row, self._converters))


class FixedReadBeside(FixedRead[M], Generic[M, N]):
    """One row of ``model`` by its key and, in the same statement, rows of ``other`` beside it (``names``: which of their columns), by one
    of their columns, the newest first. Those are made only when somebody asks for them."""

    def __init__(self, model: type[M], other: type[N], names: Sequence[str], *, by: str, newest: str, most: int) -> None:
        super().__init__(model, str(model._meta.pk.name))
        self._other, self._columns, self._on, self._newest, self._most = other, names, by, newest, most

    @functools.cached_property
    def _beside(self) -> list[Field[Any, Any]]:
        return [f for f in self._other._meta.concrete_fields if f.name in self._columns]  # in the model's order, as from_db wants them

    @functools.cached_property
    def _beside_converters(self) -> list[tuple[int, list[Convert], Any]]:
        return _converters_of(self._beside)

    @functools.cached_property
    def _sql(self) -> str:
        quote = _connection().ops.quote_name
        one, other = quote(self._model._meta.db_table), quote(self._other._meta.db_table)
        key, on, newest = (str(self._model._meta.pk.column), *(str(self._other._meta.get_field(n).column) for n in (self._on, self._newest)))  # type: ignore[union-attr]
        columns = [f"{one}.{quote(str(f.column))}" for f in self._model._meta.concrete_fields]
        columns += [f"beside.{quote(str(f.column))}" for f in self._beside]
        chosen = ", ".join(quote(str(f.column)) for f in self._beside)
        beside = (f"SELECT {chosen} FROM {other} WHERE {quote(on)} = %s "  # noqa: S608 - as above
                  f"ORDER BY {quote(newest)} DESC LIMIT {self._most}")
        return (f"SELECT {', '.join(columns)} FROM {one} LEFT JOIN ({beside}) beside ON TRUE "  # noqa: S608 - as above
                f"WHERE {one}.{quote(key)} = %s ORDER BY beside.{quote(newest)} DESC")

    def both(self, key: Any, value: Any) -> tuple[M | None, Callable[[], Iterator[N]]]:
        """The row or None, and what makes the rows beside it, whose column has ``value``, one after the other."""
        wanted, (field,), connection = self._other._meta.get_field(self._on), self._keys, _connection()
        with _cursor(connection) as cursor:
            cursor.execute(self._sql, [wanted.get_db_prep_value(value, connection), field.get_db_prep_value(key, connection)])  # type: ignore[union-attr]
            rows = cursor.fetchall()
        own = len(self._names)

        def beside() -> Iterator[N]:
            names, convert = [f.attname for f in self._beside], self._beside_converters
            for row in (row[own:] for row in rows if row[own] is not None):
                yield _made(self._other, names, _converted(row, convert))

        return (self._made(rows[0][:own]) if rows else None), beside


def _converters_of(fields: Sequence[Field[Any, Any]]) -> list[tuple[int, list[Convert], Any]]:
    """As Django converts a column of this engine: JSON, times, UUIDs."""
    found, connection = [], _connection()
    for at, f in enumerate(fields):
        column = f.get_col(f.model._meta.db_table)
        converters = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        if converters:
            found.append((at, converters, column))
    return found


def _converted(row: Sequence[Any], converters: list[tuple[int, list[Convert], Any]]) -> list[Any]:
    out, connection = list(row), _connection()
    for at, each, column in converters:
        for convert in each:
            out[at] = convert(out[at], column, connection)
    return out


def _made(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """As ``Model.from_db`` makes a row, without the signals of its ``__init__``, which nobody here listens to; what is not among ``names``
    is read when somebody asks for it."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=True))
    return made


class FixedUpdate(Generic[M]):
    """``UPDATE`` of certain columns by a condition in SQL; each combination of columns is written once."""

    def __init__(self, model: type[M], *, also: str, where: str) -> None:
        self._model, self._also, self._where = model, also, where
        self._texts: dict[tuple[str, ...], tuple[str, list[Field[Any, Any]]]] = {}

    def __call__(self, values: dict[str, Any], condition: Sequence[Any]) -> int:
        """How many rows were written."""
        connection, names = _connection(), tuple(values)
        if names not in self._texts:
            quote = connection.ops.quote_name
            fields: list[Field[Any, Any]] = [self._model._meta.get_field(name) for name in names]  # type: ignore[misc]
            sets = ", ".join([self._also, *(f"{quote(str(f.column))} = %s" for f in fields)])
            text = f"UPDATE {quote(self._model._meta.db_table)} SET {sets} WHERE {self._where}"  # noqa: S608 - as above
            self._texts[names] = text, fields
        text, fields = self._texts[names]
        with _cursor(connection) as cursor:
            cursor.execute(text, [*(_saved(f, values[f.name], connection) for f in fields), *condition])
            return int(cursor.rowcount)


class FixedInsert(Generic[M]):
    """One new row, as ``save(force_insert=True)`` writes it."""

    def __init__(self, model: type[M]) -> None:
        self._model = model

    @functools.cached_property
    def _fields(self) -> list[Field[Any, Any]]:
        return [f for f in self._model._meta.concrete_fields if f is not self._counted]

    @functools.cached_property
    def _counted(self) -> Field[Any, Any] | None:
        """The primary key, where the database gives it."""
        key = self._model._meta.pk
        return key if isinstance(key, AutoFieldMixin) else None

    @functools.cached_property
    def _head(self) -> str:
        quote = _connection().ops.quote_name
        return f"INSERT INTO {quote(self._model._meta.db_table)} ({', '.join(quote(str(f.column)) for f in self._fields)}) VALUES "  # noqa: S608 - as above

    @functools.cached_property
    def _values(self) -> str:
        return f"({', '.join(['%s'] * len(self._fields))})"

    def _of(self, row: M, connection: Any) -> list[Any]:
        return [_saved(f, f.pre_save(row, True), connection) for f in self._fields]

    def __call__(self, row: M) -> M:
        """Write it; the same row, with its key. Raises IntegrityError."""
        connection = _connection()
        returning = f" RETURNING {connection.ops.quote_name(str(self._counted.column))}" if self._counted else ""
        with _cursor(connection) as cursor:
            cursor.execute(self._head + self._values + returning, self._of(row, connection))
            if self._counted:
                setattr(row, self._counted.attname, cursor.fetchone()[0])
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return row

    def new(self, rows: Sequence[M]) -> None:
        """Write those whose unique keys are not there yet; the others change nothing."""
        if not rows:
            return
        connection = _connection()
        with _cursor(connection) as cursor:
            values = ", ".join([self._values] * len(rows))
            cursor.execute(f"{self._head}{values} ON CONFLICT DO NOTHING", [value for row in rows for value in self._of(row, connection)])
