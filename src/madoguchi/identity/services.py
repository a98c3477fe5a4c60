"""Writers of identity: residents who sign in, staff accounts."""

from __future__ import annotations

import datetime as dt
import json
from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import transaction

from madoguchi.kernel import clock, keys

from .ports import Signer
from .models import Membership, Resident, Staff
from .rules import Person


@transaction.atomic
def resident_signed_in(*, issuer: str, subject: str, person: Person) -> Resident:
    """Remember who signed in; the four attributes are replaced by what the card says today."""
    resident, _ = Resident.objects.get_or_create(
        issuer=issuer, subject=subject, defaults={"attributes": b"", "last_seen": clock.now()}
    )
    body = json.dumps(person.as_dict(), ensure_ascii=False).encode()
    resident.attributes = keys.seal("resident", body, bound_to=str(resident.id))
    resident.last_seen = clock.now()
    resident.save(update_fields=["attributes", "last_seen"])
    return resident


@transaction.atomic
def staff_enrol(
    *, username: str, name: str, password: str, memberships: list[tuple[str, str]], starts: dt.date | None = None
) -> Staff:
    """Create or refresh an account with its roles. An existing password is kept."""
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        staff = Staff.objects.create_user(username=username, name=name, password=password)
    for section, role in memberships:
        Membership.objects.get_or_create(
            staff=staff, section=section, role=role, defaults={"starts": starts or dt.date(2020, 1, 1)}
        )
    return staff


def signer() -> Signer | None:
    """The signer that is set (``MADOGUCHI_SIGNER``), None when there is none."""
    path = settings.SIGNERS.get(settings.SIGNER) if settings.SIGNER else None
    if path is None:
        return None
    module, _, name = path.rpartition(".")
    return cast(Signer, getattr(import_module(module), name)())
