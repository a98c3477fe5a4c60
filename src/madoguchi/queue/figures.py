"""Figures of today, as far as it is."""

from __future__ import annotations

from madoguchi.identity.public import Staff

from . import city, selectors
from .keeping import figures_of
from .models import Ticket


def today(*, actor: Staff, section: str) -> list[tuple[str, dict[str, int]]]:
    """By service: how many, how long. Raises DeskNotFound."""
    selectors.section_require(actor=actor, section=section)
    rows = list(Ticket.objects.filter(day=city.today(), section=section))
    return [(s.key, figures_of(row for row in rows if row.service == s.key)) for s in city.queued(section)]
