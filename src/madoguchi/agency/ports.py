"""Ports of agency: who above still needs what was shown for a representation."""

from __future__ import annotations

from collections.abc import Callable, Collection

ProofNeeds = Callable[[Collection[str]], set[str]]
needs: dict[str, ProofNeeds] = {}  # room → those of these representations (by id) that it still needs; filled by config.wiring


def needed(ids: Collection[str]) -> set[str]:
    """Those of these representations that some room still needs."""
    return set().union(*(need(ids) for need in needs.values())) if ids else set()
