"""Paper from an interview: only where a law asks for it, whole, and it stands in the record (docs/adr/0046)."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.counter import interviewing, printing
from madoguchi.counter.staff_errors import InterviewNotFound, NotReady
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.tests.test_pdf import words

from .test_interviews import begun, mark_on, picture, shown, written

MOVE, OTHER = "rainin-yoyaku", "jidou-teate-mishiharai"
BUTTON, NONE = "紙に印刷する（法令が求める書類）", "紙は要りません"


def printed() -> list[dict]:
    return list(AuditEntry.objects.filter(action="interview.printed").order_by("id").values_list("facts", flat=True))


def test_only_where_a_law_asks_and_only_with_everything_asked(hall: Hall):
    row = begun(hall, MOVE, OTHER)
    desk, here = hall.desk("tanaka"), f"/staff/counter/interview/{row.id}/"
    page = text(desk.get(here))
    assert page.count(NONE) == 1 and BUTTON not in page and "住民異動届(転入・転居)を印刷できます" in page
    assert desk.get(f"{here}{row.drafts[0]}/paper.pdf").status_code == 409
    written(hall, row)
    page = text(desk.get(here))
    assert page.count(BUTTON) == 1 and page.count(NONE) == 1 and f"{here}{row.drafts[0]}/paper.pdf" in page
    answer = desk.get(f"{here}{row.drafts[0]}/paper.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    told, answers = words(answer.content), Draft.objects.get(id=row.drafts[0]).answers
    assert "住民異動届" in told and answers["name"]["sei"] in told and answers["movers"][0]["mover_name"]["mei"] in told
    refused = desk.get(f"{here}{row.drafts[1]}/paper.pdf")
    assert refused.status_code == 404 and NONE in text(refused)
    assert printed() == [{"procedure": MOVE, "filed": False}], "what was refused is not printed"


def test_after_the_filing_it_bears_the_receipt_number(hall: Hall):
    row = begun(hall, MOVE)
    written(hall, row)
    client = shown(hall, row)
    client.post("/counter/read/", {"_action": "sign", "mark": mark_on(client), "picture": picture()})
    filed = Application.objects.get()
    assert "紙の原本が要ります" in text(client.get("/counter/read/")), "the person is told, too"
    desk = hall.desk("tanaka")
    assert BUTTON in text(desk.get(f"/staff/counter/interview/{row.id}/"))
    told = words(desk.get(f"/staff/counter/interview/{row.id}/{row.drafts[0]}/paper.pdf").content)
    assert filed.receipt in told and printed() == [{"procedure": MOVE, "filed": True}]
    Application.objects.all().delete()
    with pytest.raises(NotFound):
        printing.interview_print(actor=row.clerk, interview_id=str(row.id), draft_id=row.drafts[0])
    assert len(printed()) == 1


def test_nobody_prints_from_an_interview_of_another_or_a_draft_of_another(hall: Hall):
    row, other = begun(hall, MOVE), begun(hall, MOVE, who="yamada")
    written(hall, row)
    for who, interview, draft in (("yamada", row, row.drafts[0]), ("tanaka", row, other.drafts[0])):
        with pytest.raises(InterviewNotFound):
            printing.interview_print(actor=hall.staff(who), interview_id=str(interview.id), draft_id=draft)
    with pytest.raises(NotReady):
        printing.interview_print(actor=other.clerk, interview_id=str(other.id), draft_id=other.drafts[0])
    interviewing.interview_end(actor=row.clerk, interview_id=str(row.id))
    with pytest.raises(InterviewNotFound):
        printing.interview_print(actor=row.clerk, interview_id=str(row.id), draft_id=row.drafts[0])
    assert printed() == []


def test_the_tablet_says_who_sees_what_is_typed(hall: Hall):
    page = text(hall.browser().get("/counter/"))
    assert "ご自分で入力する手続きでは" in page and "職員が聞いて入力したときは" in page
