"""Devices that give tickets: an address of its own for each, which staff make and end."""

from __future__ import annotations

import secrets

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock

from . import selectors
from .codes import chain, secret_digest
from .models import Kiosk
from .staff_errors import NameMissing


@transaction.atomic(durable=True)
def kiosk_make(*, actor: Staff, section: str, name: str, everywhere: bool) -> tuple[Kiosk, str]:
    """A device with the secret of its address, which is shown once. Raises DeskNotFound, NameMissing."""
    selectors.section_require(actor=actor, section=section)
    name = name.strip()
    if not 0 < len(name) <= 40:
        raise NameMissing
    secret = secrets.token_urlsafe(24)
    row = Kiosk.objects.create(name=name, section=section, everywhere=everywhere, secret=secret_digest(secret), made_by=actor.actor,
                               made_at=clock.now())
    audit.record(actor.actor, "queue.kiosk_made", chain=chain(section), facts={"kiosk": row.id, "name": name, "everywhere": everywhere})
    return row, secret


@transaction.atomic(durable=True)
def kiosk_end(*, actor: Staff, kiosk_id: int) -> Kiosk:
    """It gives no more tickets. Twice is once. Raises DeskNotFound."""
    row = selectors.kiosk_get(actor=actor, kiosk_id=kiosk_id)
    if Kiosk.objects.filter(id=row.id, ended_at=None).update(ended_at=clock.now(), ended_by=actor.actor):
        audit.record(actor.actor, "queue.kiosk_ended", chain=chain(row.section), facts={"kiosk": row.id})
    return row
