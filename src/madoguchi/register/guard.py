"""Who is guarded: everybody an answer about whom could betray a person under 支援措置.

住民基本台帳事務処理要領 第5-10 protects the person named in the application and those who live together. An answer about a
member of the household, or about somebody at the same address, would say where the person lives; so both are guarded.
The flag alone counts, not the period: 支援措置 does not end by itself when its last day passes (standards.md §4).
"""

from __future__ import annotations

from django.db.models import Q

from .chunks import batched
from .models import RegisteredPerson

CHUNK = 400


def _same_building(building: str, others: set[str]) -> bool:
    """The same flat, or one of the two without a flat."""
    return not building or "" in others or building in others


def guard_renew() -> int:
    """Set ``guarded`` of the whole register by who is under 支援措置 now. Returns how many rows changed. In the caller's
    transaction."""
    households: set[str] = set()
    places: dict[str, set[str]] = {}
    people = RegisteredPerson.objects.filter(protected=True).values_list("household", "place_key", "building_key")
    for household, place, building in people:
        households.add(household)
        if place:
            places.setdefault(place, set()).add(building)
    wanted = set(RegisteredPerson.objects.filter(protected=True).values_list("number", flat=True))
    for part in batched(sorted(households), CHUNK):
        wanted.update(RegisteredPerson.objects.filter(household__in=part).values_list("number", flat=True))
    for part in batched(sorted(places), CHUNK):
        for number, place, building in RegisteredPerson.objects.filter(Q(place_key__in=part)).values_list(
                "number", "place_key", "building_key"):
            if _same_building(building, places[place]):
                wanted.add(number)
    now = set(RegisteredPerson.objects.filter(guarded=True).values_list("number", flat=True))
    for value, numbers in ((True, wanted - now), (False, now - wanted)):
        for part in batched(sorted(numbers), CHUNK):
            RegisteredPerson.objects.filter(number__in=part).update(guarded=value)
    return len(wanted ^ now)
