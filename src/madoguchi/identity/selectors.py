"""Readers of identity."""

from __future__ import annotations

from django.db.models import Q

from madoguchi.kernel import clock

from .models import Staff


def colleagues(section: str) -> list[Staff]:
    """The active staff who work on a section's cases today, by name."""
    today = clock.today()
    rows = Staff.objects.filter(
        Q(membership__ends=None) | Q(membership__ends__gte=today), is_active=True, membership__section=section,
        membership__role__in=["clerk", "chief", "manager"], membership__starts__lte=today,
    )
    return list(rows.distinct().order_by("name"))
