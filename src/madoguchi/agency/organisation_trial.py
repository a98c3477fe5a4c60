"""Invented organisations of the trial companies, so that somebody who tries the city hall can file as one at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.identity.public import TRIAL_BUSINESSES
from madoguchi.kernel import audit, clock
from madoguchi.offices.public import TOWN, city

from .models import Organisation
from .organisation_rules import files
from .organisations import delegable

SECTION = "kaigo"
MADE = (("kyotaku", "kyotaku", "試用居宅介護支援事業所", "9900000001", "試用 一郎"),
        ("houkatsu", "houkatsu", "見本地域包括支援センター", "9900000002", "見本 園子"))


@transaction.atomic
def trial_organisations(*, actor: str) -> int:
    """Register what is not there yet; how many. Never in production: whoever calls it sees to that."""
    made, here = 0, city()
    section = here.desks.get(SECTION, SECTION)
    address = {"zip": here.zip.replace("-", ""), "city": here.seat, "town": TOWN, "lot": "1番地", "building": ""}
    for company, kind, name, office, chief in MADE:
        number = TRIAL_BUSINESSES[company].number
        slugs = [slug for slug, d in delegable(section).items() if files(d, kind)]
        if not slugs or Organisation.objects.filter(number=number, office=office).exists():
            continue
        row = Organisation.objects.create(
            section=section, kind=kind, name=name, number=number, office=office, address=address, phone="03-0000-0000", chief=chief,
            procedures=slugs, starts=dt.date(2026, 4, 1), made_at=clock.now())
        audit.record(actor, "organisation.registered", chain=f"organisation:{row.id}", first=True, facts={"trial": True, "office": office})
        made += 1
    return made


def trial_organisations_open() -> list[str]:
    """The names of trial companies' organisations that still work: there must be none in production."""
    numbers = [business.number for business in TRIAL_BUSINESSES.values()]
    return list(Organisation.objects.filter(number__in=numbers, closed_at=None).values_list("name", flat=True))
