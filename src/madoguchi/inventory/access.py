"""Who may see the inventory and who may change it."""

from __future__ import annotations

from madoguchi.identity.public import Right, Staff

from .errors import EntryNotFound


def may_read(actor: Staff) -> bool:
    """May this person see the inventory?"""
    return actor.may(Right.SEE_INVENTORY)


def insist(actor: Staff, *, writes: bool) -> None:
    """Who may not is told that there is nothing. Raises EntryNotFound."""
    if not actor.may(Right.MANAGE_INVENTORY if writes else Right.SEE_INVENTORY):
        raise EntryNotFound
