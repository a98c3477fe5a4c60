"""Narrowing a list of procedures: within a group any choice will do, every group must hold; each choice says how many it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .model import Definition

GROUPS = ("way", "event", "section", "visit", "fee", "card")
FIXED = {"way": ("online", "counter"), "visit": ("no", "yes"), "fee": ("free", "paid"), "card": ("no", "yes")}
Chosen = Mapping[str, Sequence[str]]
Values = Mapping[str, tuple[str, ...]]


def values(d: Definition) -> dict[str, tuple[str, ...]]:
    """What a procedure is in every group."""
    return {
        "way": ("online",), "event": d.life_events, "section": (d.section,), "visit": () if d.visit_open else ("yes" if d.visit else "no",),
        "fee": ("free" if d.fee == 0 and d.charge is None else "paid",), "card": ("no" if d.level == "なし" else "yes",),
    }


def fits(own: Values, chosen: Chosen, without: str = "") -> bool:
    """Does a procedure fit every choice, leaving one group aside?"""
    return all(not wanted or group == without or any(w in own[group] for w in wanted) for group, wanted in chosen.items())


def counts(rows: Sequence[Values], chosen: Chosen) -> dict[str, Counter[str]]:
    """Per group and value, how many rows there would be with that value: the choices of the other groups hold."""
    wanted = {group: own for group, own in chosen.items() if own}
    return {group: Counter(v for own in rows if not wanted or fits(own, wanted, without=group) for v in own[group]) for group in GROUPS}
