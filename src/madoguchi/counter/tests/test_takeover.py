"""A colleague of the section goes on with an interview: nothing is lost, the tablet forgets, the record says so."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.counter import interviewing, reading, takeover
from madoguchi.counter.models import Help
from madoguchi.counter.staff_errors import InterviewNotFound, NotNow
from madoguchi.intake.models import Application
from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry

from .test_interviews import CLAIM, NUMBERED, begun, mark_on, picture, shown, written


def test_a_colleague_goes_on_and_files_what_the_first_had_written(hall: Hall):
    row = begun(hall, CLAIM, NUMBERED)
    written(hall, row)
    answers = {d.id: d.answers for d in interviewing.drafts_of(row)}
    desk, first = hall.desk("kimura"), hall.desk("tanaka")
    page = text(desk.get("/staff/counter/interview/"))
    assert "課のほかの職員の、途中の聞き取り" in page and hall.staff("tanaka").name in page
    assert "途中の聞き取り" not in text(first.get("/staff/counter/interview/"))
    assert desk.get(f"/staff/counter/interview/{row.id}/").status_code == 404, "not before it is taken"
    away = desk.post(f"/staff/counter/interview/{row.id}/take/")
    assert away.status_code == 303 and desk.get(away["Location"]).status_code == 200
    assert {d.id: d.answers for d in interviewing.drafts_of(row)} == answers
    here = f"/staff/counter/interview/{row.id}/"
    draft = interviewing.drafts_of(row)[0]
    step = hall.definition(draft.slug).steps[0].id
    for gone in (first.get(here), first.post(f"{here}{draft.id}/{step}/", {}), first.post(f"{here}act/", {"_action": "end"}),
                 first.post(f"{here}common/", {})):
        assert gone.status_code == 404 and "ほかの職員が引き継いだ" in text(gone)
    assert AuditEntry.objects.get(action="interview.taken").facts == {"from": hall.staff("tanaka").actor}
    row.refresh_from_db()
    tablet = shown(hall, row)
    tablet.post("/counter/read/", {"_action": "sign", "mark": mark_on(tablet), "picture": picture()})
    assert Application.objects.count() == 2
    assert {d.supporter["staff"] for d in interviewing.drafts_of(row)} == {"kimura"}
    assert audit.verify() == []


def test_the_tablet_that_showed_it_writes_no_more(hall: Hall):
    row = begun(hall, CLAIM)
    written(hall, row)
    tablet = shown(hall, row)
    mark = mark_on(tablet)
    takeover.interview_take(actor=hall.staff("kimura"), interview_id=str(row.id))
    row.refresh_from_db()
    assert (row.state, row.identity, row.clerk.username) == ("open", [], "kimura")
    assert not Help.objects.exclude(state="ended").exists()
    tablet.post("/counter/read/", {"_action": "sign", "mark": mark, "picture": picture()})
    tablet.post("/counter/read/", {"_action": "wrong", "wrong": []})
    row.refresh_from_db()
    assert row.state == "open" and not Application.objects.exists() and not Case.objects.exists()


def test_what_is_signed_is_sent_on_by_who_takes_it(hall: Hall):
    row = begun(hall, CLAIM)
    written(hall, row)
    tablet = shown(hall, row)
    help_id = str(Help.objects.get(state="started").id)
    reading._sign(help_id, row, mark_on(tablet), reading.drawn(picture()), "", "ja")  # the machine dies before it is sent
    takeover.interview_take(actor=hall.staff("kimura"), interview_id=str(row.id))
    reading.interview_finish(actor=hall.staff("kimura"), interview_id=str(row.id))
    row.refresh_from_db()
    assert row.state == "filed" and Application.objects.count() == 1 and audit.verify() == []


def test_nobody_of_another_section_and_nothing_that_is_over(hall: Hall):
    row = begun(hall, CLAIM)
    assert takeover.interviews_going(actor=hall.staff("yamada")) == []
    for who in ("yamada", "tanaka"):
        with pytest.raises(InterviewNotFound):
            takeover.interview_take(actor=hall.staff(who), interview_id=str(row.id))
    interviewing.interview_end(actor=hall.staff("tanaka"), interview_id=str(row.id))
    with pytest.raises(NotNow):
        takeover.interview_take(actor=hall.staff("kimura"), interview_id=str(row.id))
    assert takeover.interviews_going(actor=hall.staff("kimura")) == []
