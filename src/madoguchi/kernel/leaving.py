"""What leaves by the clock: each room says which rows its sweep takes, by the very query that the sweep takes them with, so that the list
of `madoguchi retention --dry-run` and what then happens cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Leaving:
    """``ja``: what it is, in words. ``rows``: all that goes now (a query set, or rows already found). ``emptied``: the column that is
    emptied, where the row itself stays. ``model``: whose rows they are."""

    ja: str
    model: type[Model]
    rows: Callable[[], Iterable[Any]]
    emptied: str = ""

    def ids(self) -> Iterator[str]:
        """Their keys: no name of a person is in here."""
        for row in self.rows():
            yield str(row.pk)
