"""A decided case that was taken up again (変更, 再調査) and is left as it was decided. What was decided can not be withdrawn (取下げ): the
applicant ends the re-examination that they asked for themselves, and nothing more."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean

from . import selectors
from .errors import NotNow, ReasonMissing
from .events import CASE_STANDS
from .models import Case, Decision
from .notes import note_put
from .progress import progress_say
from .services import MOST_WORDS, clerk_check
from .states import OPEN, Act, State, after, not_now

BACK = say("もう一度の審査の申出を取り下げました。前の結果は、そのままです")
ENDED, TAKEN_BACK = "reexamination.ended", "reexamination.taken_back"  # by a clerk; by the applicant


def is_reexamined(case: Case) -> bool:
    """Is this case decided already, and taken up again?"""
    return case.state in OPEN and Decision.objects.filter(case=case, state="final").exists()


def asked_by_applicant(case: Case) -> bool:
    """Was it taken up again because its applicant asked for it?"""
    return bool(case.reopened and case.reopened.get("asked"))


def ended_already(case: Case) -> bool:
    """Did a re-examination end with the decision as it was, and nothing was decided since?"""
    last = AuditEntry.objects.filter(chain=f"case:{case.id}", action__in=("case.decided", ENDED, TAKEN_BACK)).order_by("-seq").first()
    return case.state == State.DECIDED and last is not None and last.action != "case.decided"


def decision_stands(case: Case, *, by: str, act: str, key: str, ja: str, why: str = "") -> None:
    """In the caller's transaction, on a locked case: end the re-examination. The decision holds, with the checklist and the due day of
    then; what the applicant had asked for beside it (a second survey, its appointment) is over; they are told ``ja``. ``by`` and ``act``:
    as in the record. Raises NotNow."""
    state = after(case.state, Act.STAND)
    if state is None or not is_reexamined(case):
        raise NotNow(not_now(case.state))
    then = case.reopened or {}
    case.state, case.updated_at = state, clock.now()
    if then:
        case.checklist, case.due_on = then["checklist"], dt.date.fromisoformat(then["due_on"])
    case.reopened = case.stopped_on = None
    case.save(update_fields=["state", "checklist", "due_on", "stopped_on", "reopened", "updated_at"])
    audit.record(by, act, chain=f"case:{case.id}", of=why or None)
    outbox.publish(CASE_STANDS, case_ref=case.ref, key=f"stood:{key}", payload={"case": case.ref, "at": case.updated_at.isoformat()})
    progress_say(case, key=key, status="decided", ja=ja, withdrawal="ended" if act == TAKEN_BACK else "", second="", appointment="", notify=True)


@transaction.atomic(durable=True)
def reexamination_end(*, actor: Staff, case_id: str, why: str) -> Case:
    """A clerk stops a re-examination that was begun by mistake or has become needless, while no new proposal is on its way: the decision
    stands, and the applicant is told. Raises NotFound, Forbidden, NotNow, ReasonMissing, TooLong."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    why = text_clean("理由", why, MOST_WORDS)
    if len(why) < 2:
        raise ReasonMissing("再審査をやめる理由を書いてください(例: 別の件とまちがえて始めたため)。")
    if case.state != State.REVIEWING:
        raise NotNow(not_now(case.state))
    note = note_put(case, by=actor, text=f"再審査をやめた: {why}")
    decision_stands(case, by=actor.actor, act=ENDED, key=f"stands:{case.id}:{note}", why=why,
                    ja=say("もう一度の審査をやめました。前の結果は、そのままです"))
    return case
