"""Door: the rows, for the room that writes definitions from them, and what is swept."""

from __future__ import annotations

from collections.abc import Iterator

from .models import Entry
from .taking import uploads_sweep

DRAFTED = ("key", "name", "section", "law", "article", "kind", "identity", "fee", "attachments", "information", "days", "event", "slug")


def rows_for_drafts() -> Iterator[dict[str, str]]:
    """Every row in the order of the list, as plain texts: key, name, section (of city.yaml, else the words of 担当課), law, article,
    kind (rules.KINDS), identity, fee, attachments, information, days, event, slug, and why it is barred (書面・押印・対面). Nothing is
    filled in that the list does not say."""
    for row in Entry.objects.order_by("id").values(*DRAFTED, "status", "status_why").iterator(chunk_size=500):
        status, why = row.pop("status"), row.pop("status_why")
        yield row | {"barred": why if status == "blocked" else ""}


__all__ = ["rows_for_drafts", "uploads_sweep"]
