"""The port to a core system (基幹系)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Goods:
    """What is handed over. ``key`` makes a second delivery recognisable; ``old_name`` is what a release before gave the same key.
    ``about`` tells which decision it is and which it replaces: {decision, decided_at, document, replaces}."""

    key: str
    target: str
    name: str
    data: bytes
    sha256: str
    old_name: str = ""
    about: dict[str, Any] = field(default_factory=dict)


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
