"""取下げ: what was asked for is taken back before it is decided. By the applicant's own button (handlers), or by the section that was told
on paper, by telephone or at the counter, also while the decision is on its way."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean

from . import papers, selectors
from .errors import NotNow, ReasonMissing
from .events import CASE_WITHDRAWN
from .models import Case, Decision
from .notes import note_put
from .progress import progress_say
from .reopening import is_reexamined
from .services import MOST_WORDS, clerk_check
from .states import WISHES, Act, State, after, not_now

TOLD = {"counter": say("窓口でのお申し出により、取り下げました"), "phone": say("電話でのお申し出により、取り下げました"),
        "paper": say("紙でのお申し出により、取り下げました")}


def case_withdraw(case: Case, *, by: str, key: str, ja: str) -> None:
    """In the caller's transaction, on a locked case that may be withdrawn: end it, and tell the applicant ``ja``. ``by``: as in the record."""
    case.state, case.updated_at = State.WITHDRAWN, clock.now()
    case.save(update_fields=["state", "updated_at"])
    audit.record(by, "case.withdrawn", chain=f"case:{case.id}")
    outbox.publish(CASE_WITHDRAWN, case_ref=case.ref, key=f"withdrawn:{case.id}", payload={"case": case.ref})
    progress_say(case, key=key, status="withdrawn", ja=ja, withdrawal="done", notify=True)
    failpoints.hit("casework.withdrawal.before_commit")


@transaction.atomic(durable=True)
def withdrawal_take(*, actor: Staff, case_id: str, via: str, why: str) -> Case:
    """The section takes a 取下げ that the applicant sent or told (``via``: a key of WISHES). A proposal that waits for a stamp ends with it.
    Raises NotFound, Forbidden, NotNow, ReasonMissing, TooLong."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    if via not in WISHES:
        raise ReasonMissing("取下げの申し出をどう受けたか(窓口・電話・紙)を選んでください。")
    why = text_clean("理由", why, MOST_WORDS)
    if len(why) < 2:
        raise ReasonMissing("取下げの理由を書いてください(例: 本人から、取りやめたいと電話があったため)。")
    if after(case.state, Act.TAKE_WITHDRAWAL) is None:
        raise NotNow(not_now(case.state))
    if is_reexamined(case):
        raise NotNow("決定した件は取り下げられません。前の決定のままにするときは「再審査をやめる」を使ってください"
                     "(決裁中なら、先に差戻しを受けてください)。")
    for pending in Decision.objects.select_for_update().filter(case=case, state="proposed"):
        pending.state = "dropped"
        pending.save(update_fields=["state"])
        papers.papers_release(pending)
    note_put(case, by=actor, text=f"取下げを受け付けた({WISHES[via]}): {why}")
    audit.record(actor.actor, "withdrawal.taken", chain=f"case:{case.id}", facts={"via": via}, of=why)
    case_withdraw(case, by=actor.actor, key=f"withdrawal:desk:{case.id}", ja=TOLD[via])
    return case
