"""The desk prints the paper that a law still asks for, and the record says so (docs/adr/0046)."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.casework import printing
from madoguchi.casework.models import Case
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.tests.test_pdf import words

MOVE, OTHER = "rainin-yoyaku", "jidou-teate-mishiharai"
BUTTON = "紙に印刷する（法令が求める書類）"
pytestmark = pytest.mark.django_db(transaction=True)


def printed() -> list[tuple[str, dict]]:
    return list(AuditEntry.objects.filter(action="case.printed").order_by("seq").values_list("actor", "facts"))


def test_the_clerk_prints_it_beside_the_checklist(hall: Hall):
    case, desk = hall.case("hanako", MOVE), hall.desk("okada")
    page = text(desk.get(f"/staff/case/{case.id}/"))
    assert "届出書を、入力された内容で用意した" in page and BUTTON in page
    answer = desk.get(f"/staff/case/{case.id}/signed-paper.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "no-store"
    told = words(answer.content)
    assert case.receipt in told and "住民異動届" in told and case.answers["movers"][0]["mover_name"]["mei"] in told
    assert printed() == [("staff:okada", {"revision": 1})]
    assert "法令が求める紙を印刷した" in text(desk.get(f"/staff/case/{case.id}/?tab=history"))


def test_only_who_works_on_it_may_and_only_where_a_law_asks(hall: Hall):
    case, other = hall.case("hanako", MOVE), hall.case("hanako", OTHER)
    assert hall.desk("sato").get(f"/staff/case/{case.id}/signed-paper.pdf").status_code == 404, "another section"
    assert BUTTON not in text(hall.desk("auditor").get(f"/staff/case/{case.id}/")), "reads only"
    with pytest.raises(Forbidden):
        printing.case_print(actor=hall.staff("auditor"), case_id=case.ref)
    desk = hall.desk("tanaka")
    assert BUTTON not in text(desk.get(f"/staff/case/{other.id}/"))
    refused = desk.get(f"/staff/case/{other.id}/signed-paper.pdf")
    assert refused.status_code == 404 and "紙は要りません" in text(refused)
    assert printed() == []


def test_what_is_withdrawn_is_not_printed(hall: Hall):
    case = hall.case("hanako", MOVE)
    Case.objects.filter(id=case.id).update(state="withdrawn")
    assert BUTTON not in text(hall.desk("okada").get(f"/staff/case/{case.id}/"))
    with pytest.raises(NotFound):
        printing.case_print(actor=hall.staff("okada"), case_id=case.ref)
