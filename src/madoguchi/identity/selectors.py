"""Readers of identity."""

from __future__ import annotations

from django.db.models import Q

from madoguchi.kernel import clock
from madoguchi.offices.public import city

from .models import Absence, Membership, Staff
from .rights import STAMPS, WHOLE, WORKERS, Right


def staff_active(username: str) -> Staff | None:
    """By 職員番号, when the account is open."""
    return Staff.objects.filter(username=username, is_active=True).first()


def staff_active_by_id(staff_id: int) -> Staff | None:
    """By id, when the account is open."""
    return Staff.objects.filter(id=staff_id, is_active=True).first()


def works_in(staff_id: int, section: str) -> bool:
    """Does this person work on the section's cases today?"""
    found = staff_active_by_id(staff_id)
    return found is not None and found.may(Right.WORK_CASES, section)


def sections_of_staff() -> set[str]:
    """Every section in which somebody has a role today, also one that the city has no longer."""
    today = clock.today()
    rows = Membership.objects.filter(Q(ends=None) | Q(ends__gte=today), starts__lte=today, staff__is_active=True)
    return set(rows.values_list("section", flat=True)) - {WHOLE}


def colleagues(section: str) -> list[Staff]:
    """The active staff who work on a section's cases today, by name; those of one that took it over are of the section."""
    today = clock.today()
    rows = Staff.objects.filter(
        Q(membership__ends=None) | Q(membership__ends__gte=today), is_active=True,
        membership__section__in=city().kept_as(section),
        membership__role__in=WORKERS, membership__starts__lte=today,
    )
    return list(rows.distinct().order_by("name", "username"))


def approvers(section: str) -> list[Staff]:
    """Who answers for a section's decisions today: those with a stamp beyond the clerk's, and the deputies of the absent."""
    today = clock.today()
    there = [s for s in colleagues(section) if s.may(STAMPS["chief"], section) or s.may(STAMPS["manager"], section)]
    away = Absence.objects.filter(staff__in=there, section__in=city().kept_as(section), starts__lte=today, ends__gte=today).select_related("deputy")
    found = {s.id: s for s in [*there, *(a.deputy for a in away if a.deputy.is_active and a.deputy.may(Right.WORK_CASES, section))]}
    return list(found.values())
