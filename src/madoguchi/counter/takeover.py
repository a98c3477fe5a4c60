"""An interview whose clerk is called away or ill: a colleague of its section goes on with it. Nothing that was written is lost, and the record
says who had it."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Right, Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit

from . import services
from .interviewing import Progress, chain_of, insist, progress, unfiled
from .models import Interview
from .rules import OPEN, SHOWN, SIGNED
from .staff_errors import InterviewNotFound, NotNow

GOING = (OPEN, SHOWN, SIGNED)


def _sections(actor: Staff) -> list[str]:
    insist(actor)
    return [section for section in actor.roles() if actor.may(Right.INTERVIEW_COUNTER, section)]


def interviews_going(*, actor: Staff) -> list[Progress]:
    """What colleagues of one's own sections have begun and not finished, newest first. Raises Forbidden."""
    rows = Interview.objects.filter(section__in=_sections(actor), state__in=GOING).exclude(clerk=actor).select_related("clerk")
    return [progress(row) for row in rows.order_by("-made_at")[:20]]


@transaction.atomic(durable=True)
def interview_take(*, actor: Staff, interview_id: str) -> Interview:
    """Go on with a colleague's interview. What is written stays; a tablet that showed it forgets, and who the person is is asked anew before
    it is shown again. What is signed is only sent on. Raises NotNow, InterviewNotFound, Forbidden."""
    row = Interview.objects.select_for_update().filter(id=interview_id, section__in=_sections(actor)).exclude(clerk=actor).first()
    if row is None:
        raise InterviewNotFound
    if row.state not in GOING:
        raise NotNow
    before, row.clerk = row.clerk, actor
    fields = ["clerk"]
    if row.state != SIGNED:
        row.state, row.identity = OPEN, []
        fields += ["state", "identity"]
        services.helps_over(interview=row, actor=actor.actor, how="staff")
        for draft in unfiled(row):
            if not intake.draft_write(draft, supporter=draft.supporter | {"staff": actor.username, "name": actor.name}):
                raise NotNow
    row.save(update_fields=fields)
    audit.record(actor.actor, "interview.taken", chain=chain_of(row), facts={"from": before.actor})
    return row
