"""A register of a few people, written the way a file comes in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from madoguchi.register.importer import Taken, register_import
from madoguchi.register.rules.columns import Entry
from madoguchi.register.rules.specimens import SPECIMENS
from madoguchi.register.trial import sheet_write

HANAKO, MAMORI = SPECIMENS[1], SPECIMENS[8]


def entry(number: str, **changes: str) -> Entry:
    """Somebody like 花子, with another number."""
    return dataclasses.replace(HANAKO, number=number, **({"household": f"99{number}"} | changes))


@pytest.fixture
def take(hall, tmp_path: Path) -> Callable[..., Taken]:
    """Take entries in as a full file (loss accepted unless said otherwise)."""

    def take(*entries: Entry, **more: object) -> Taken:
        path = tmp_path / "people.csv"
        sheet_write(path, entries)
        return register_import(actor="test", path=path, **({"accept_loss": True} | more))

    return take
