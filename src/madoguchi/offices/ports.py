"""Whom offices lets in, without knowing the room where people are kept (identity is its neighbour, not below it)."""

from __future__ import annotations

from typing import Protocol


class Officer(Protocol):
    """A member of staff who acts."""

    @property
    def actor(self) -> str:
        """How this person appears in the audit chain."""
        ...

    def may(self, right: str, section: str) -> bool:
        """Has this person the right in the section today (identity.rights)?"""
        ...
