"""A case ends without its surveys: it was withdrawn, or its re-examination was stopped and the decision stands."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.casework.public import State as CaseState
from madoguchi.casework.public import case_of_event
from madoguchi.kernel import audit, clock

from .models import Survey
from .rules import OPEN, State

WITHDRAWN, STANDS = "申請が取り下げられたため", "再審査をやめ、前の決定のままにしたため"


@transaction.atomic(durable=True)
def surveys_end(*, actor: str, case_id: str, until: dt.datetime | None) -> None:
    """Call off what was opened until then (None: all, for what was withdrawn stays so), and take the 申出 of another survey off the list: it is
    answered. What it said stays with the survey. Again changes nothing."""
    case, until = case_of_event(case_id, lock=True), until or clock.now()
    why = WITHDRAWN if case.state == CaseState.WITHDRAWN else STANDS
    for survey in Survey.objects.filter(case=case, state__in=OPEN, opened_at__lte=until):
        survey.state, survey.why = State.CANCELLED, why
        survey.save(update_fields=["state", "why"])
        audit.record(actor, "survey.cancelled", chain=f"case:{case.id}", facts={"survey": survey.number}, of=why)
    Survey.objects.filter(case=case, asked_at__lte=until).update(asked_at=None)
