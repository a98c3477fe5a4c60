"""Where pairs of letters stand, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence


class Postings:
    """Per pair of letters the numbers of the entries that hold it, in order; every web worker has them. One array for all, each
    run of numbers behind its length: as tuples they weigh almost three times as much."""

    def __init__(self, grown: Mapping[str, Sequence[int]]) -> None:
        most = max((max(places[-1], len(places)) for places in grown.values()), default=0)
        self._runs = array("H" if most < 1 << 16 else "I")
        self._at: dict[str, int] = {}
        for gram, places in grown.items():
            self._at[gram] = len(self._runs)
            self._runs.append(len(places))
            self._runs.extend(places)

    def get(self, gram: str) -> Sequence[int]:
        """The entries that hold this pair; none where nothing does."""
        at = self._at.get(gram)
        return () if at is None else self._runs[at + 1 : at + 1 + self._runs[at]]
