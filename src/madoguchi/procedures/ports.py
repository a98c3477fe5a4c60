"""Port of procedures: who knows what the city takes at a counter alone. The list of procedures shows it; config.wiring fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Counter", "counters"]


@dataclass(frozen=True, slots=True)
class Counter:
    """A procedure that cannot be filed here. ``section``: of city.yaml, else empty; ``office``: the section in words; ``why``: sentences for
    residents; ``elsewhere``: it is online in another place, at ``address`` where that is known. It has no page of its own."""

    name: str
    section: str
    office: Any
    phone: str
    why: tuple[Any, ...] = ()
    elsewhere: bool = False
    address: str = ""
    slug: str = ""


counters: dict[str, Callable[[], tuple[Counter, ...]]] = {}  # room → what it knows
