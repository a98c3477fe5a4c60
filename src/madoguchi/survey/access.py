"""Whose the damage surveys are."""

from __future__ import annotations

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel.errors import NotFound
from madoguchi.procedures import public as procedures

from .rules import SLUG


def section() -> str:
    """The section that certifies damage; empty while the procedure is not published."""
    try:
        return procedures.current(SLUG).definition.section
    except NotFound:
        return ""


def may_see(actor: Staff) -> bool:
    """Has this person to do with damage surveys?"""
    return section() in actor.sections() or actor.may(Right.READ_ALL_CASES)
