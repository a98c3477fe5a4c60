"""The port to a core system (基幹系)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Goods:
    """What is handed over. ``key`` makes a second delivery recognisable."""

    key: str
    target: str
    name: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Taken, or taken before."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never."""

    why: str


class CoreSystem(Protocol):
    """Takes parcels."""

    def deliver(self, goods: Goods) -> Accepted | Retry | Refused:
        """Hand over; the same key again is Accepted and changes nothing."""
        ...
