"""One bar against a mark, as numbers for an inline SVG. Pure; the table beside it says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the bar."""

    key: str
    count: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The parts in order, where the mark stands, and the largest number that the bar can show."""

    segments: tuple[Segment, ...]
    mark: int
    most: int


def bar(counts: Mapping[str, int], target: int) -> Bar:
    """The bar of these counts; its length is the larger of their sum and the target. Parts never overlap and never leave it."""
    most = max(sum(counts.values()), target, 1)
    out, before = [], 0
    for key, count in counts.items():
        x = before * WIDTH // most
        before += count
        if count:
            out.append(Segment(key, count, x, max(before * WIDTH // most - x, 1)))
    return Bar(tuple(out), target * WIDTH // most, most)
