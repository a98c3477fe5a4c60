"""Door: the rows, for the room that writes definitions from them, and what is swept."""

from __future__ import annotations

from collections.abc import Iterator

from .counters import counters
from .going import LEAVING
from .models import Entry
from .rules import BARRED_WORDS, barred_by
from .taking import uploads_sweep

DRAFTED = ("key", "name", "section", "law", "article", "kind", "identity", "fee", "attachments", "information", "days", "event", "slug")


def rows_for_drafts() -> Iterator[dict[str, str]]:
    """Every row in the order of the list, as plain texts: key, name, section (of city.yaml, else the words of 担当課), law, article,
    kind (rules.KINDS), identity, fee, attachments, information, days, event, slug, and why it is barred (書面・押印・対面 of the list, or what
    a person decided). Nothing is filled in that the list does not say."""
    for row in Entry.objects.order_by("id").values(*DRAFTED, "status", "status_why", "status_by_hand", "note").iterator(chunk_size=500):
        said = [row.pop(name) for name in ("status", "status_why", "status_by_hand", "note")]
        yield row | {"barred": barred_by(status=said[0], why=said[1], by_hand=said[2], note=said[3])}


__all__ = ["LEAVING", "BARRED_WORDS", "counters", "rows_for_drafts", "uploads_sweep"]
