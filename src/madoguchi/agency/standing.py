"""What somebody can act on for another: a standing 委任, or a confirmed legal representation. Intake knows only this."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from madoguchi.identity.public import Owner
from madoguchi.kernel import clock

from . import guardian_selectors as guardians
from . import selectors as mandates
from .errors import GuardianNotFound, MandateOver
from .guardian_rules import KINDS
from .models import Guardianship, Mandate

MANDATE, GUARDIAN = "mandate", "guardian"


@dataclass(frozen=True, slots=True)
class Basis:
    """One, alive and covering the procedure. ``principal`` is the key of the person for whom, empty where the city hall does
    not know one; ``title`` is what the agent is by law."""

    id: str
    kind: str
    title: str
    agent: str
    principal: str
    name: str
    birthdate: str
    values: dict[str, Any]
    ends_on: dt.date
    confirmed: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One that may be chosen for a draft."""

    id: str
    other: str
    ends_on: dt.date
    title: str = ""


def _of_mandate(row: Mandate) -> Basis:
    people, person = mandates.opened(row), mandates.principal_of(row)
    return Basis(str(row.id), MANDATE, "", people["agent"]["name"], row.giver, person.name, person.birthdate,
                 mandates.principal_prefill(row), row.ends_on)


def _of_guardian(row: Guardianship) -> Basis:
    told = guardians.opened(row)
    person = told["person"]
    assert row.ends_on is not None and row.decided_at is not None
    values = {"氏名": person["name"], "生年月日": person["born"], "住所": person["address"]}
    return Basis(str(row.id), GUARDIAN, KINDS[row.kind].name, told["agent"]["name"], "", guardians.name_of(person), person["born"],
                 values, row.ends_on, row.decided_at.astimezone(clock.JST).date())


ANY = " UNION ALL ".join(f"SELECT 1 FROM {m._meta.db_table} WHERE agent = %s AND state = 'accepted'" for m in (Mandate, Guardianship))  # noqa: S608 - our own names


def _any(key: str) -> bool:
    with connection.cursor() as cursor:  # asked at every start of a form: the ORM takes a millisecond to write it anew
        cursor.execute(f"{ANY} LIMIT 1", [key, key])
        return cursor.fetchone() is not None


def bases(*, owner: Owner, slug: str) -> list[Offer]:
    """All on which this person may file this procedure today. Most people have none, which one look tells."""
    if not owner.signed_in or not _any(owner.key):
        return []
    given = [Offer(m.id, m.other, m.ends_on) for m in mandates.usable(owner=owner, slug=slug)]
    found = [_of_guardian(row) for row in guardians.usable_guardians(owner=owner, slug=slug)]
    return [Offer(b.id, b.name, b.ends_on, b.title) for b in found] + given


def basis_to_file(*, owner: Owner | None, basis_id: str, slug: str, lock: bool = False) -> Basis:
    """The one with this id, if it lives, is this person's and covers the procedure. Raises MandateOver for everything else."""
    try:
        return _of_guardian(guardians.guardian_to_file(owner=owner, guardian_id=basis_id, slug=slug, lock=lock))
    except GuardianNotFound:
        return _of_mandate(mandates.mandate_to_file(owner=owner, mandate_id=basis_id, slug=slug, lock=lock))


def basis_allows(*, owner: Owner, ids: list[str], act: str) -> set[str]:
    """Of these those of this person that live and allow the act."""
    if not ids:
        return set()
    return mandates.allows(owner=owner, mandate_ids=ids, act=act) | guardians.guardians_allowing(owner=owner, guardian_ids=ids)


def kind_of(basis_id: object) -> str:
    """Which kind an id is of, empty when it is none: what is asked for beside it depends on it, nothing is opened."""
    if not basis_id:
        return ""
    return GUARDIAN if Guardianship.objects.filter(id=str(basis_id)).exists() else MANDATE


__all__ = ["GUARDIAN", "MANDATE", "Basis", "MandateOver", "Offer", "bases", "basis_allows", "basis_to_file", "kind_of"]
