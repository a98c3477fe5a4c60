"""A decided case that was taken up again (変更, 再調査) and is left as it was decided. What was decided can not be withdrawn (取下げ): the
applicant ends the re-examination that they asked for themselves, and nothing more."""

from __future__ import annotations

import datetime as dt

from madoguchi.kernel import audit, clock

from .errors import NotNow
from .models import Case, Decision
from .progress import progress_say
from .rules import OPEN, Act, after


def is_reexamined(case: Case) -> bool:
    """Is this case decided already, and taken up again?"""
    return case.state in OPEN and Decision.objects.filter(case=case, state="final").exists()


def asked_by_applicant(case: Case) -> bool:
    """Was it taken up again because its applicant asked for it?"""
    return bool(case.reopened and case.reopened.get("asked"))


def decision_stands(case: Case, *, by: str, key: str, ja: str, why: str = "") -> None:
    """In the caller's transaction, on a locked case: end the re-examination. The decision holds, with the checklist and the due day of
    then; the applicant is told ``ja``. ``by``: as in the record. Raises NotNow."""
    state = after(case.state, Act.STAND)
    if state is None or not is_reexamined(case):
        raise NotNow
    then = case.reopened or {}
    case.state, case.updated_at = state, clock.now()
    if then:
        case.checklist, case.due_on = then["checklist"], dt.date.fromisoformat(then["due_on"])
    case.reopened = case.stopped_on = None
    case.save(update_fields=["state", "checklist", "due_on", "stopped_on", "reopened", "updated_at"])
    audit.record(by, "reexamination.ended", chain=f"case:{case.id}", of=why or None)
    progress_say(case, key=key, status="decided", ja=ja, withdrawal="", notify=True)
