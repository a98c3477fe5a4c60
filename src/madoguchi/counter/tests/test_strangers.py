"""Every address of an interview, for whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.urls import reverse
from tests.support.hall import Hall

from madoguchi.counter import interviewing
from madoguchi.counter.models import Interview
from madoguchi.intake.models import Draft
from madoguchi.kernel.models import AuditEntry

SLUG = "ninshin-todoke"
# route → the ids it carries
STRANGERS = {
    "interview_take": ("interview_id",), "interview": ("interview_id",), "interview_person": ("interview_id",), "interview_common": ("interview_id",),
    "interview_show": ("interview_id",), "interview_act": ("interview_id",), "interview_documents": ("interview_id", "draft_id"),
    "interview_step": ("interview_id", "draft_id", "step_id"), "interview_paper": ("interview_id", "draft_id"),
}
FORMS = {"interview_take", "interview_show", "interview_act"}  # opened, they lead to their page


def answers(client, ids, but=""):
    """(route, method, status) of every address (``but``: of all others), by the methods that it knows."""
    out = []
    for name, parts in sorted(STRANGERS.items()):
        if name == but:
            continue
        url = reverse(name, kwargs={key: ids[key] for key in parts})
        for method in ("post",) if name in FORMS else ("get", "post"):
            response = getattr(client, method)(url, {"_action": "end"} if method == "post" else {})
            if response.status_code != 405:
                out.append((name, method, response.status_code))
    return out


def test_strangers_cannot_tell_that_an_interview_exists(hall: Hall) -> None:
    first = hall.definition(SLUG).steps[0].id
    row = interviewing.interview_begin(actor=hall.staff("tanaka"), slugs=[SLUG])
    ids = {"interview_id": str(row.id), "draft_id": row.drafts[0], "step_id": first}
    nothing = {"interview_id": str(uuid.uuid4()), "draft_id": str(uuid.uuid4()), "step_id": first}
    before = AuditEntry.objects.count(), list(Draft.objects.values()), list(Interview.objects.values())
    for who in ("kimura", "suzuki", "sato", "yamada"):
        desk = hall.desk(who)
        open_to = "interview_take" if who in ("kimura", "suzuki") else ""  # colleagues of the section: tests/test_takeover.py
        assert {status for _, _, status in answers(desk, ids, open_to)} == {404}, who
        assert answers(desk, ids, open_to) == answers(desk, nothing, open_to)
    for who in ("mori", "admin", "auditor"):
        assert {status for _, _, status in answers(hall.desk(who), ids)} == {403}, who
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
        assert client.get("/counter/read/")["Location"] == "/counter/"
    assert (AuditEntry.objects.count(), list(Draft.objects.values()), list(Interview.objects.values())) == before
    assert {status for _, _, status in answers(hall.desk("tanaka"), ids)} >= {200}
