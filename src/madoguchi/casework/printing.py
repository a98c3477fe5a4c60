"""The paper that a law still asks for, printed at the desk from what was filed (docs/adr/0046)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit
from madoguchi.kernel.errors import Forbidden
from madoguchi.offices.public import city
from madoguchi.procedures.public import Definition

from . import selectors
from .models import Case
from .states import State

PRINTED = "case.printed"


def printable(case: Case, d: Definition) -> bool:
    """Does a law ask for a paper beside this case? Not once it was withdrawn."""
    return d.paper is not None and case.state != State.WITHDRAWN


def case_print(*, actor: Staff, case_id: str) -> bytes:
    """The PDF with the answers as they stand now, put right by corrections; the record says who printed it. Raises intake.NoPaper, NotFound,
    Forbidden."""
    case = selectors.case_get(actor=actor, case_id=case_id)
    if not selectors.may_work(actor, case):
        raise Forbidden
    d = selectors.definition_of(case)
    if not printable(case, d):
        raise intake.NoPaper
    data = _pdf(case, d)
    with transaction.atomic(durable=True):
        held = selectors.case_get_locked(actor=actor, case_id=case_id)
        audit.record(actor.actor, PRINTED, chain=f"case:{held.id}", facts={"revision": case.revision})
    return data


def _pdf(case: Case, d: Definition) -> bytes:
    from madoguchi.procedures.rules.faces.pdf import signed_paper  # 30 ms to import

    here = city()
    return signed_paper(d, here.name, case.answers, receipt=case.receipt, head=here.sections[d.section].head, sample=not settings.PRODUCTION).data
