"""A later decision may have nothing to hand over where the one before had (認定, then 却下). What still waits is not handed over any more; what has
arrived must be taken back, and that no file says: the section reads it on the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from madoguchi.casework.public import Case, decided, decision_standing
from madoguchi.kernel import audit, clock
from madoguchi.procedures.public import Definition, Handover

from .models import OVER, Parcel

REPLACED = "replaced"  # a key of services.SKIP_REASONS


def handovers_of(d: Definition, outcome: str, answers: Mapping[str, Any]) -> Iterator[tuple[int, Handover]]:
    """(number, hand-over) of those that a decision with this outcome has."""
    for number, handover in enumerate(d.handovers):
        if (not handover.outcomes or outcome in handover.outcomes) and (not handover.per or answers.get(handover.per)):
            yield number, handover


def _standing(parcel: Parcel) -> dict[str, Any] | None:
    """The decision that stands now, when it is a later one than the parcel's and hands nothing over to its target."""
    newest = decision_standing(parcel.case_ref)
    if not newest or parcel.key.startswith(f"{newest}:"):
        return None
    found = decided(parcel.case_ref, newest)
    targets = {h.target for _, h in handovers_of(found["definition"], found["outcome"], found["answers"])}
    return None if parcel.target in targets else found


def given_up(parcel: Parcel) -> bool:
    """End a parcel that waits and is replaced by a decision without one. Is it over?"""
    if _standing(parcel) is None:
        return False
    with transaction.atomic(durable=True):
        row = Parcel.objects.select_for_update().defer("sealed").filter(id=parcel.id).exclude(state__in=OVER).first()
        if row is not None:
            Parcel.objects.filter(id=row.id).update(state="skipped", sealed=None, skipped_at=clock.now(), skipped_by="worker", skip_reason=REPLACED)
            audit.record("worker", "parcel.skipped", chain=f"case:{row.case_ref}",
                         facts={"target": row.target, "sha256": row.sha256, "file": row.name, "reason": REPLACED})
    return True


def replaced_notes(case: Case) -> list[str]:
    """For the case page (casework.ports.every_note)."""
    notes = []
    for parcel in Parcel.objects.defer("sealed").filter(case_ref=case.ref, state="delivered").order_by("created_at", "key"):
        found = _standing(parcel)
        if found:
            name = next((o.name for o in found["definition"].review.outcomes if o.id == found["outcome"]), found["outcome"])
            notes.append(f"前の決定のファイル「{parcel.name}」は、連携先（{parcel.target}）に渡してあります。いまの決定（{found['said'].document_number}、"
                         f"{name}）には渡すファイルがないため、取消しは伝わりません。連携先に知らせてください。")
    return notes
