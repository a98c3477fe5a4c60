"""Doors from the inside: a clerk at the telephone ties a booking to the thing that a room above knows by its number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madoguchi.identity.public import Staff

    from .setup import Service


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a door: what the booking is for, and whose it is."""

    about: str
    name: str = ""
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Door:
    """A room above: what it calls its number, how it finds what the number names, and how it names to a clerk what a booking is for.
    ``find`` raises a DomainError with words for the clerk; ``said`` is empty for who may not know it."""

    label: str
    find: Callable[[Staff, str], Behind]
    said: Callable[[Staff, str], str]


_doors: dict[str, Door] = {}


def register(address: str, door: Door) -> None:
    """Make a door known. Called by the composition root only (config.wiring)."""
    _doors[address] = door


def door_into(service: Service) -> Door | None:
    """The door of a service, where it has one."""
    return _doors.get(service.door) if service.door else None
