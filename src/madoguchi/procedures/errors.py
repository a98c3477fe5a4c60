"""What can go wrong for people here."""

from __future__ import annotations

from madoguchi.kernel.errors import NotFound


class SearchesHidden(NotFound):
    """Who may not see what was searched is told that there is nothing."""
