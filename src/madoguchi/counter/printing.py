"""The paper that a law still asks for, printed from an interview (docs/adr/0046)."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit

from .interviewing import chain_of, drafts_of, interview_get
from .staff_errors import InterviewNotFound, NotReady


def interview_print(*, actor: Staff, interview_id: str, draft_id: str) -> bytes:
    """The PDF for one procedure: with everything asked, or as it was filed; the record says so. Raises NotReady, intake.NoPaper,
    InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id)
    draft = next((d for d in drafts_of(row) if str(d.id) == draft_id), None)
    if draft is None:
        raise InterviewNotFound
    if intake.published_of(draft).definition.paper is None:
        raise intake.NoPaper
    if draft.state == "open" and not intake.read_over(draft).whole:
        raise NotReady("まだ入力していない所か、直す所があります。手続きごとの「あと」を0にしてから、印刷してください。")
    data = intake.paper_of_draft(draft)
    with transaction.atomic(durable=True):
        held = interview_get(actor=actor, interview_id=interview_id, lock=True)  # its chain may have been forgotten meanwhile
        audit.record(actor.actor, "interview.printed", chain=chain_of(held), facts={"procedure": draft.slug, "filed": draft.state != "open"})
    return data
