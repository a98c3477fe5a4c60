"""A new access code (確認番号) at the counter or by telephone: the clerk says how it was checked who asks, and hands the code over once."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit, failpoints
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean

from . import selectors
from .errors import ReasonMissing
from .models import Case
from .notes import note_put
from .progress import progress_say
from .services import MOST_WORDS, clerk_check

ISSUED = "code.issued"


@transaction.atomic(durable=True)
def code_issue(*, actor: Staff, case_id: str, how: str) -> tuple[Case, str]:
    """Make a new code for the applicant of a case of one's own section; the old one, and a lock by wrong tries, end with it. ``how`` it
    was checked who asks stands in the notes, its digest in the record; the code stands nowhere. The applicant's page (and mail) says that
    there is a new one. Returns the case and the code. Raises NotFound, Forbidden, ReasonMissing, TooLong, NotOpenForThis."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    how = text_clean("本人の確かめ方", how, MOST_WORDS)
    if len(how) < 2:
        raise ReasonMissing("本人であることをどう確かめたかを書いてください(例: 運転免許証を窓口で確認)。")
    code = intake.code_issue(application_id=case.ref)
    note = note_put(case, by=actor, text=f"新しい確認番号を渡した。本人の確かめ方: {how}")
    audit.record(actor.actor, ISSUED, chain=f"case:{case.id}", of=how)
    failpoints.hit("casework.code_issue.before_publish")
    progress_say(case, key=f"code:{note}", status="", ja=say("確認番号を新しくしました"), notify=True)
    failpoints.hit("casework.code_issue.before_commit")
    return case, code
