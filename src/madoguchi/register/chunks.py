"""itertools.batched, which Python 3.11 does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of ``size``, the last one shorter."""
    source = iter(things)
    while part := tuple(islice(source, size)):
        yield part
