"""Who may see and do what with taxes and charges: the section that collects works, the auditor reads."""

from __future__ import annotations

from madoguchi.identity.public import Right, Staff

from .charges import charges
from .errors import DemandNotFound


def may_read(actor: Staff) -> bool:
    """May this person see taxes and charges?"""
    return actor.may(Right.WORK_CASES, charges().section) or actor.may(Right.READ_ALL_CASES)


def may_count(actor: Staff) -> bool:
    """May this person see the sums of each day (収納日計表)? Who may read, and the treasury; no person and no demand is in them."""
    treasury = charges().treasury
    return may_read(actor) or bool(treasury and actor.may(Right.WORK_CASES, treasury))


def section_require(actor: Staff, *, writes: bool) -> None:
    """Who works in the section that collects may; the auditor reads. Raises DemandNotFound: others are not told that it exists."""
    if not (actor.may(Right.WORK_CASES, charges().section) or (not writes and may_read(actor))):
        raise DemandNotFound


def stamps(actor: Staff) -> bool:
    """Is this a 係長 or 課長 of the section that collects?"""
    section = charges().section
    return actor.may(Right.STAMP_CHIEF, section) or actor.may(Right.STAMP_MANAGER, section)
