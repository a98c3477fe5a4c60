"""Handlers: a decision becomes parcels, a parcel is delivered."""

from __future__ import annotations

import copy
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from madoguchi.casework.public import decided
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints, keys, outbox, sealed
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import next_open
from madoguchi.procedures.public import Facts
from madoguchi.procedures.rules.faces.handover import AnswersRefused, csv_bytes

from .models import Parcel
from .ports import Accepted, CoreSystem, Goods, Retry

PARCEL_READY = "delivery.ParcelReady"  # {parcel}


def _opened(value: Any) -> Any:
    """Answers with the sealed numbers in the clear, for the bytes of a parcel only."""
    if isinstance(value, dict):
        return {k: _opened(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_opened(v) for v in value]
    return sealed.get(value) if sealed.is_token(value) else value


def make_parcels(message: outbox.Envelope) -> None:
    """Handler of CaseDecided: one parcel per declared hand-over that this outcome has."""
    found = decided(message.payload["case"], message.payload["decision"])
    d, case, row = found["definition"], found["case"], found["row"]
    answers = _opened(copy.deepcopy(found["answers"]))
    facts = Facts(answers, case.filed_at.astimezone(clock.JST).date(), next_open)
    made = []
    for number, handover in enumerate(d.handovers):
        if handover.outcomes and found["outcome"] not in handover.outcomes:
            continue
        if handover.per and not answers.get(handover.per):
            continue
        try:
            face = csv_bytes(d, handover, answers, found["decision"], row, facts=facts)
        except AnswersRefused as error:
            raise outbox.Refused(f"answers refused by hand-over: {error.faults[0].question}") from None
        key = f"{message.payload['decision']}:{handover.target}:{number}"
        made.append((handover.target, key, face))
    failpoints.hit("delivery.parcels.before_commit")
    with transaction.atomic(durable=True):
        for target, key, face in made:
            if Parcel.objects.filter(key=key).exists():
                continue
            parcel = Parcel(
                key=key, case_ref=case.ref, section=case.section, receipt=case.receipt, target=target,
                name=f"{case.receipt}-{key.split(':')[0][:8]}-{target}.csv", sha256=sha256(face.data), size=len(face.data),
                unmapped=[list(u) for u in face.unmapped], created_at=clock.now(),
            )
            parcel.sealed = keys.seal("parcel", face.data, bound_to=str(parcel.id))
            parcel.save(force_insert=True)
            audit.record("worker", "parcel.made", chain=f"case:{case.id}",
                         facts={"target": target, "sha256": parcel.sha256, "unmapped": len(face.unmapped)})
            outbox.publish(PARCEL_READY, case_ref=case.ref, key=f"parcel:{parcel.key}", payload={"parcel": str(parcel.id)})


def _core() -> CoreSystem:
    module, _, name = settings.CORE_SYSTEM.rpartition(".")
    return cast(CoreSystem, getattr(import_module(module), name)())


def deliver(message: outbox.Envelope) -> None:
    """Handler of ParcelReady: hand over, then note it. Delivering again never duplicates: the key is the same."""
    parcel = Parcel.objects.filter(id=message.payload["parcel"]).first()
    if parcel is None or parcel.state == "delivered" or parcel.sealed is None:
        return
    data = keys.unseal("parcel", parcel.sealed, bound_to=str(parcel.id))
    failpoints.hit("delivery.before_call")
    verdict = _core().deliver(Goods(parcel.key, parcel.target, parcel.name, data, parcel.sha256))
    failpoints.hit("delivery.after_call")
    if isinstance(verdict, Retry):
        Parcel.objects.filter(id=parcel.id).update(why=verdict.why[:200])
        raise outbox.Retry(verdict.why)
    done = isinstance(verdict, Accepted)
    with transaction.atomic(durable=True):
        Parcel.objects.filter(id=parcel.id).update(
            state="delivered" if done else "refused", why="" if done else getattr(verdict, "why", "")[:200],
            delivered_at=clock.now() if done else None, **({"sealed": None} if done else {}),
        )
        audit.record("worker", "parcel.delivered" if done else "parcel.refused", chain=f"case:{parcel.case_ref}",
                     facts={"target": parcel.target, "sha256": parcel.sha256, "file": parcel.name})
    if not done:
        raise outbox.Refused(getattr(verdict, "why", "refused"))


def parcel_list(*, actor: Staff) -> list[Parcel]:
    """Parcels of this person's sections, newest first."""
    rows = Parcel.objects.defer("sealed").order_by("-created_at")
    return list((rows if actor.has_role("*", "auditor", "admin") else rows.filter(section__in=actor.sections()))[:200])


@transaction.atomic
def parcel_retry(*, actor: Staff, parcel_id: str) -> None:
    """Try a refused or stuck parcel again. Raises NotFound for other sections'."""
    parcel = Parcel.objects.filter(id=parcel_id, section__in=actor.sections()).first()
    if parcel is None:
        raise NotFound
    if parcel.state == "refused":
        parcel.state = "waiting"
        parcel.save(update_fields=["state"])
    audit.record(actor.actor, "parcel.retried", chain=f"case:{parcel.case_ref}", facts={"target": parcel.target})
    for row in outbox.parked():
        if row.payload.get("parcel") == str(parcel.id):
            outbox.retry_parked(message_id=row.id)
