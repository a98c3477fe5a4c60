"""Ports of the register: where the city's knowledge of its residents comes from, and who may ask.

The own table (adapters.register_table) is one source; a city may put the link-up with its 住民記録 system in its place
(``REGISTER_SOURCE``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .rules.held import Claim, HeldPerson, Place

__all__ = ["Asker", "Claim", "HeldPerson", "Place", "ResidentSource", "Waiting"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The source cannot answer now (asked and not answered yet, or out of reach). ``why`` is for the operator and holds no
    personal data."""

    why: str = ""


class ResidentSource(Protocol):
    """Knows residents."""

    def as_of(self) -> dt.date | None:
        """Of which day the knowledge is; None while there is none at all."""
        ...

    def candidates(self, claims: Sequence[Claim], *, guarded: bool) -> tuple[HeldPerson, ...] | Waiting:
        """Everybody who shares the birth date or the address (町字 and 番地) with one of the claims; whom a claim means is
        decided in rules.match.

        With ``guarded=False`` the answer is the one that a register without the guarded people would give: the same
        people, in the same order, with as much work. Guarded is who is under 支援措置, who belongs to the household of such
        a person, and who lives at the same address. An adapter that cannot keep this must answer nothing.
        """
        ...


class Asker(Protocol):
    """A member of staff who asks. Identity is a neighbour: the register knows this much of it."""

    @property
    def actor(self) -> str:
        """How this person appears in the audit chain."""
        ...

    def may(self, right: str, section: str) -> bool:
        """Has this person the right in the section today (identity.rights)?"""
        ...
