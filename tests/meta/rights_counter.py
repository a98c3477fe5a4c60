"""The table of strangers, continued (see rights.py): interviews at the counter."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from tests.support import papers

from madoguchi.counter import interviewing, origins, printing, reading, selectors, takeover
from madoguchi.counter.models import Interview
from madoguchi.counter.staff_errors import NotReady
from madoguchi.intake import asking, together
from madoguchi.intake.public import AnswersWrong, NoPaper
from madoguchi.register.public import Claim

from .rights import HELPERS, Ask, anything, resident, something, staff
from .rights_booking import COUNTER as SECTION

IDS = ("interview",)
COLLEAGUES = {"kimura", "suzuki"}  # of the section of tanaka, whose interview it is


def interview(w: Any) -> None:
    """One that tanaka conducts."""
    row = interviewing.interview_begin(actor=w.hall.staff("tanaka"), slugs=[w.slug])
    w.interview, w.asked_draft = str(row.id), row.drafts[0]


def _step(w: Any, actor: Any) -> bool:
    first = w.hall.definition(w.slug).steps[0].id
    with contextlib.suppress(AnswersWrong):  # it was judged, and nothing was typed
        interviewing.interview_step(actor=actor, interview_id=w.interview, draft_id=w.asked_draft, step_id=first, raw={}, mark="")
    return True


def _finish(w: Any, actor: Any) -> bool:
    row = interviewing.interview_get(actor=actor, interview_id=w.interview)
    Interview.objects.filter(id=row.id).update(state="signed")
    reading.interview_finish(actor=actor, interview_id=w.interview)
    return True


def _shown(w: Any, actor: Any) -> bool:
    row = interviewing.interview_get(actor=actor, interview_id=w.interview)
    Interview.objects.filter(id=row.id).update(state="shown")
    interviewing.interview_take_back(actor=actor, interview_id=w.interview)
    return True


def _detach(w: Any, actor: Any) -> bool:
    data = papers.jpeg()
    interviewing.interview_attach(actor=actor, interview_id=w.interview, draft_id=w.asked_draft, slot="passbook", source=io.BytesIO(data),
                                name="a.jpg", size=len(data))
    row = interviewing.interview_get(actor=actor, interview_id=w.interview)
    file_id = interviewing.unfiled(row)[0].files["passbook"][0]["id"]
    interviewing.interview_detach(actor=actor, interview_id=w.interview, draft_id=w.asked_draft, file_id=file_id)
    return True


def _show(w: Any, actor: Any) -> bool:
    with contextlib.suppress(NotReady):  # it was looked through, and nothing was written
        interviewing.interview_show(actor=actor, interview_id=w.interview, identity="card")
    return True


def _print(w: Any, actor: Any) -> bool:
    with contextlib.suppress(NoPaper):  # it was looked at, and no law asks for paper
        printing.interview_print(actor=actor, interview_id=w.interview, draft_id=w.asked_draft)
    return True


CLAIM = Claim("counter", "来た方", "見本", "花子", born="1991-07-25")
TABLE: dict[str, Ask] = {
    "counter.selectors.may_interview": staff(lambda w, a: selectors.may_interview(a), HELPERS, something),
    "counter.interviewing.insist": staff(lambda w, a: interviewing.insist(a), HELPERS, anything),
    "counter.interviewing.procedures_offered": staff(lambda w, a: interviewing.procedures_offered(actor=a, query="手当"), HELPERS, anything),
    "counter.interviewing.procedures_barred": staff(lambda w, a: interviewing.procedures_barred(
        actor=a, query="手当") or True, HELPERS, anything),
    "counter.interviewing.interview_get": staff(lambda w, a: interviewing.interview_get(actor=a, interview_id=w.interview), {"tanaka"}, anything),
    "counter.interviewing.interview_list": staff(lambda w, a: interviewing.interview_list(actor=a), {"tanaka"}, something),
    "counter.interviewing.interview_fill": staff(lambda w, a: interviewing.interview_fill(
        actor=a, interview_id=w.interview, claim=CLAIM, why="self") or True, {"tanaka"}, anything),
    "counter.interviewing.interview_common": staff(lambda w, a: interviewing.interview_common(
        actor=a, interview_id=w.interview, raw={}) or True, {"tanaka"}, anything),
    "counter.interviewing.interview_step": staff(_step, {"tanaka"}, anything),
    "counter.interviewing.interview_attach": staff(_detach, {"tanaka"}, anything),
    "counter.interviewing.interview_detach": staff(_detach, {"tanaka"}, anything),
    "counter.interviewing.interview_show": staff(_show, {"tanaka"}, anything),
    "counter.interviewing.interview_take_back": staff(_shown, {"tanaka"}, anything),
    "counter.interviewing.interview_end": staff(lambda w, a: interviewing.interview_end(
        actor=a, interview_id=w.interview) or True, {"tanaka"}, anything),
    "counter.origins.origin_get": staff(lambda w, a: origins.origin_get(actor=a, mark=f"ticket:{w.ticket}"), SECTION, anything),
    "counter.origins.origin_of": staff(lambda w, a: origins.origin_of(actor=a, mark=f"booking:{w.booking}"), SECTION, something),
    "counter.takeover.interviews_going": staff(lambda w, a: takeover.interviews_going(actor=a), COLLEAGUES, something),
    "counter.takeover.interview_take": staff(lambda w, a: takeover.interview_take(actor=a, interview_id=w.interview), COLLEAGUES, anything),
    "counter.printing.interview_print": staff(_print, {"tanaka"}, anything),
    "counter.reading.interview_finish": staff(_finish, {"tanaka"}, anything),
    "intake.asking.owned_list": resident(lambda w, o: asking.owned_list(owner=o, draft_ids=[w.begun]) if o else [], something),
    "intake.asking.page_asked": resident(lambda w, o: asking.page_asked(
        owner=o, draft_id=w.begun, step_id=w.hall.definition(w.slug).steps[0].id)),
    "intake.together.drafts_share": resident(lambda w, o: together.drafts_share(owner=o, draft_ids=[w.begun], values={}) or True),
}
OWN = {
    "counter.interviewing.interview_begin": "makes a new interview of the one who asks",
    "counter.services.help_new": "for an interview that its clerk shows, and for a help of the one who asks",
    "register.services.resident_found": "for counter.interviewing.interview_fill, which has its strangers; guarded people: counter/tests",
}
OPEN: dict[str, tuple[str, set[str] | None]] = {"counter.selectors.procedures_helped": ("names of what is published", None)}
