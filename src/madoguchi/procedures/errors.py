"""What can go wrong for people here."""

from __future__ import annotations

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say


class Withdrawn(NotFound):
    """The city does not offer this procedure any more; ``instead`` is the one that is the same."""

    def __init__(self, instead: str) -> None:
        super().__init__(say("この手続きは見つかりませんでした。"))  # also where nothing stands in its place
        self.instead = instead


class SearchesHidden(NotFound):
    """Who may not see what was searched is told that there is nothing."""
