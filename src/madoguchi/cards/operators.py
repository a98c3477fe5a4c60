"""Who acts: a member of the section, or whoever has the machine itself in hand."""

from __future__ import annotations

from dataclasses import dataclass

from madoguchi.identity.public import Staff


@dataclass(frozen=True, slots=True)
class Operator:
    """The command line (``cli``), or the set-up of a trial (``setup``): never made from a request."""

    actor: str


Actor = Staff | Operator
