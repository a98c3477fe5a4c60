"""Residents from the register's own table, filled by `madoguchi register import`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from madoguchi.register.models import RegisteredPerson, RegisterImport
from madoguchi.register.ports import Claim, HeldPerson, Place, Waiting
from madoguchi.register.rules.match import born_forms
from madoguchi.register.rules.text import place_key


class TableResidents:
    """See register.ports.ResidentSource."""

    def as_of(self) -> dt.date | None:
        """The day of the newest file."""
        return RegisterImport.objects.order_by("-id").values_list("as_of", flat=True).first()

    def candidates(self, claims: Sequence[Claim], *, guarded: bool) -> tuple[HeldPerson, ...] | Waiting:
        """One statement, whoever asks and whatever is there: guarded people are left out by the database."""
        born = {form for claim in claims for form in born_forms(claim.born)}
        places = {place_key(c.place.city, c.place.town, c.place.lot) for c in claims if c.place} - {""}
        rows = RegisteredPerson.objects.filter(Q(born__in=sorted(born)) | Q(place_key__in=sorted(places)))
        if not guarded:
            rows = rows.filter(guarded=False)
        return tuple(map(_held, rows.order_by("number")))


def _held(row: RegisteredPerson) -> HeldPerson:
    return HeldPerson(
        number=row.number, household=row.household_id, name=row.name, kana=row.kana,
        place=Place(row.zip, row.city, row.town, row.lot, row.building), born=row.born, born_words=row.born_words,
        relation=row.relation, alias=row.alias, latin=row.latin, removed_on=row.removed_on, removed_why=row.removed_why,
        absent_since=row.absent_since, protected=row.protected, guarded=row.guarded, gender=row.gender,
    )
