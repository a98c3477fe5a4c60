"""A correction that nobody answers: the clerk takes the case up again (行政手続法7条: after a 相当の期間 it may be refused), also one that
was asked by mistake or answered by telephone."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean
from madoguchi.offices.public import add_open_days, open_days_between

from . import selectors
from .errors import NotNow, ReasonMissing
from .models import Case, Correction
from .notes import note_put
from .progress import progress_say
from .services import MOST_WORDS, clerk_check
from .states import Act, after, not_now


@transaction.atomic(durable=True)
def correction_end(*, actor: Staff, case_id: str, why: str) -> Case:
    """Stop waiting for the answer: the clock runs again, and the applicant is told. An answer that was sent in the same moment is still
    taken. Raises NotFound, Forbidden, NotNow, ReasonMissing, TooLong."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    why = text_clean("理由", why, MOST_WORDS)
    if len(why) < 2:
        raise ReasonMissing("答えを待たずに審査に戻す理由を書いてください(例: 期限までに答えがなかったため)。")
    state = after(case.state, Act.RECALL)
    if state is None:
        raise NotNow(not_now(case.state))
    if case.stopped_on:
        case.due_on, case.stopped_on = add_open_days(case.due_on, open_days_between(case.stopped_on, clock.today())), None
    case.state, case.updated_at = state, clock.now()
    case.save(update_fields=["state", "due_on", "stopped_on", "updated_at"])
    last = Correction.objects.filter(case=case).latest("number")
    note_put(case, by=actor, text=f"補正{last.number}の答えを待たずに審査に戻した: {why}")
    audit.record(actor.actor, "correction.ended", chain=f"case:{case.id}", facts={"correction": last.number}, of=why)
    failpoints.hit("casework.correction_end.before_publish")
    progress_say(case, key=f"ended:{last.id}", status="under_review", ja=say("直していただく点の答えを待たずに、審査を続けています"), notify=True)
    failpoints.hit("casework.correction_end.before_commit")
    return case
