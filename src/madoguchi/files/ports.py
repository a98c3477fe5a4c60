"""The port to a virus scanner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Clean:
    """Nothing found."""


@dataclass(frozen=True, slots=True)
class Infected:
    """Something found; ``name`` is the scanner's name for it."""

    name: str


@dataclass(frozen=True, slots=True)
class Away:
    """The scanner does not answer, or could not look."""

    why: str


class Scanner(Protocol):
    """Looks at a file."""

    def scan(self, source: BinaryIO) -> Clean | Infected | Away:
        """Read from where the file stands to its end. Never raises because the scanner is away."""
        ...
