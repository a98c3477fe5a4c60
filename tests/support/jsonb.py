"""JSON as PostgreSQL keeps it: jsonb puts the keys of an object in an order of its own, shorter ones first, and forgets the one in which they
were written. SQLite keeps the text. Whatever takes the first key for the family name is right there and wrong in a city, so the tests
read on SQLite what PostgreSQL would give."""

from __future__ import annotations

from typing import Any

from django.db.models import JSONField


def as_kept(value: Any) -> Any:
    """The same value with the keys of every object in the order of jsonb."""
    if isinstance(value, dict):
        return {key: as_kept(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key.encode()))}
    return [as_kept(one) for one in value] if isinstance(value, list) else value


def read_as_kept() -> None:
    """From now on every JSONField is read so; a field of ours that keeps the order (procedures.models.OrderedJson) is not."""
    inner = JSONField.from_db_value

    def from_db_value(self: Any, value: Any, expression: Any, connection: Any) -> Any:
        found = inner(self, value, expression, connection)
        return as_kept(found) if type(self) is JSONField and connection.vendor != "postgresql" else found

    JSONField.from_db_value = from_db_value  # type: ignore[method-assign]
