"""Who may see, change and publish definitions."""

from __future__ import annotations

from madoguchi.identity.public import WHOLE, Right, Staff

from .errors import CopyNotFound


def may_build(actor: Staff) -> bool:
    """Does this person see the builder at all?"""
    return any(actor.may(Right.SEE_DEFINITIONS, section) for section in (WHOLE, *actor.roles()))


def sees(actor: Staff, section: str) -> bool:
    """May this person see the definitions of a section?"""
    return actor.may(Right.SEE_DEFINITIONS, section)


def edits(actor: Staff, section: str) -> bool:
    """May this person change them?"""
    return actor.may(Right.EDIT_DEFINITIONS, section)


def publishes(actor: Staff, section: str) -> bool:
    """May this person decide that they are published?"""
    return actor.may(Right.PUBLISH_DEFINITIONS, section)


def insist(allowed: bool) -> None:
    """Who may not is told that there is nothing. Raises CopyNotFound."""
    if not allowed:
        raise CopyNotFound
