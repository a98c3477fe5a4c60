"""再調査の申出 that the section does not follow: it ends with a reason that the applicant reads, and the decision stands as it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.db import transaction

from madoguchi.casework.public import State as CaseState
from madoguchi.casework.public import case_get_locked, note_put, note_read, progress_say
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.said import say

from . import selectors
from .errors import SurveyNotNow, SurveyWrong
from .models import Survey
from .words import officer

LEAST, MOST = 2, 500  # characters
NOTE = "再調査の申出を断った: "


@dataclass(frozen=True, slots=True)
class Declined:
    """How the last 申出 ended: in words, and why."""

    ja: str
    why: str


def declined(survey: Survey) -> Declined | None:
    """That the last 申出 of a survey was declined; None when it was not (or ended with the re-examination)."""
    acts = AuditEntry.objects.filter(chain=f"case:{survey.case_id}", action__in=("survey.asked", "survey.declined"), facts__survey=survey.number)
    last = acts.order_by("-seq").first()
    if last is None or last.action != "survey.declined" or survey.asked_at:
        return None
    return Declined(f"{officer(last.actor)}が断りました", note_read(survey.case, last.facts["note"]).removeprefix(NOTE))


@transaction.atomic(durable=True)
def second_decline(*, actor: Staff, survey_id: str, why: str) -> Survey:
    """Answer a 申出 with no: the reason goes to the applicant's page, a mail says that there is an answer, the request is off the list.
    Raises SurveyWrong, SurveyNotNow, NotFound, Forbidden."""
    found = selectors.survey_get(actor=actor, survey_id=survey_id)
    case = case_get_locked(actor=actor, case_id=str(found.case_id))
    if not actor.may(Right.WORK_CASES, case.section):
        raise Forbidden
    survey = Survey.objects.get(id=found.id)
    why = "".join(c for c in why.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) != "Cc").strip()
    if Survey.objects.filter(case=case, number__gt=survey.number).exists():
        raise SurveyNotNow("この申出のあとに、もう次の調査が始まっています。断るときは、申請の画面の「再審査をやめる」を使ってください。")
    if survey.asked_at is None:
        raise SurveyNotNow("再調査の申出は、いまはありません。ほかの職員が先に答えたか、申出が終わっています。画面を読み直してください。")
    if case.state != CaseState.DECIDED:
        raise SurveyNotNow("もう一度の審査が始まっています。申出を断るときは、申請の画面の「再審査をやめる」を使ってください。")
    if not LEAST <= len(why) <= MOST:
        raise SurveyWrong([("why", f"断る理由を{LEAST}字から{MOST}字で入力してください(今は{len(why)}字)。手続きした方が読みます")])
    note = note_put(case, by=actor, text=NOTE + why)
    survey.asked_at = None
    survey.save(update_fields=["asked_at"])
    audit.record(actor.actor, "survey.declined", chain=f"case:{case.id}", facts={"survey": survey.number, "note": note}, of=why)
    progress_say(case, key=f"declined:{survey.id}:{note}", status="", ja=say("第2次調査の申出にお答えしました。判定は、そのままです"), notify=True,
                 second="", declined={"at": clock.now().isoformat(), "why": why})
    failpoints.hit("survey.declined.before_commit")
    return survey
