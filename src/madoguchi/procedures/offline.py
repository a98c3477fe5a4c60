"""What the city takes at a counter alone, beside the procedures that are online: found by the same words, narrowed by the same choices."""

from __future__ import annotations

from .ports import Counter, counters
from .rules import facets
from .rules.find import Found, plain

SHORTEST = 2  # letters of a word that may find something by itself
NEAR = 0.6  # of the best: what shares much less of the query is something else


def all_of() -> list[Counter]:
    """Everything that is known, by name."""
    return sorted((c for known in counters.values() for c in known()), key=lambda c: c.name)


def values(c: Counter) -> facets.Values:
    """What it is in every group: of fee and card nothing is known."""
    return {"way": ("counter",), "event": (), "section": (c.section,), "visit": () if c.elsewhere else ("yes",), "fee": (), "card": ()}


def find(rows: list[Counter], query: str, found: Found) -> list[Counter]:
    """Those that a search names, the best first: a name with the whole query in it, else those that share most of its words."""
    letters = plain(query)
    whole = [c for c in rows if letters and letters in plain(c.name)]
    if whole:
        return whole
    words = {w for w in {*found.words, *map(plain, query.split())} if len(w) >= SHORTEST}
    rated = [(sum(len(w) for w in words if w in plain(c.name)), c) for c in rows]
    best = max((n for n, _ in rated), default=0)
    return [c for n, c in sorted(rated, key=lambda pair: -pair[0]) if n and n >= NEAR * best]
