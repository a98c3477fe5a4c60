"""Door: which definitions are the city's own work now, for who publishes the pack and who makes drafts."""

from __future__ import annotations

from .going import LEAVING
from .models import Copy, Release
from .offers import definitions_sweep
from .services import due_publish
from .sources import MARK, drafts_folder


def released_slugs() -> set[str]:
    """Numbers of procedures whose published version comes from here: `setup` leaves them alone."""
    return set(Release.objects.values_list("slug", flat=True))


def copied_slugs() -> set[str]:
    """Numbers of procedures that somebody works on here: no draft is made or published over them."""
    return set(Copy.objects.values_list("slug", flat=True))


__all__ = ["LEAVING", "MARK", "copied_slugs", "drafts_folder", "due_publish", "definitions_sweep", "released_slugs"]
