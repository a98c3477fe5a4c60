"""Who works on a case: taken by oneself or given to a colleague of the section."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall, run_worker

from madoguchi.kernel.models import AuditEntry


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", "jidou-teate-mishiharai")


def test_tanaka_gives_the_case_to_kimura(hall: Hall, case):
    hall.staff("kimura")
    assert hall.desk("tanaka").post(f"/staff/case/{case.id}/assign/", {"to": "kimura"}).status_code == 303
    case.refresh_from_db()
    assert case.assignee == hall.staff("kimura")
    assert AuditEntry.objects.get(chain=f"case:{case.id}", action="case.assigned").facts == {"to": "kimura"}


def test_nobody_of_another_section_can_be_given_a_case(hall: Hall, case):
    hall.staff("sato")
    assert hall.desk("tanaka").post(f"/staff/case/{case.id}/assign/", {"to": "sato"}).status_code == 404
    case.refresh_from_db()
    assert case.assignee is None


def test_another_section_can_not_assign(hall: Hall, case):
    assert hall.desk("sato").post(f"/staff/case/{case.id}/assign/", {"to": "sato"}).status_code == 404


def test_taking_a_waiting_case_tells_the_applicant(hall: Hall, case):
    hall.desk("tanaka").post(f"/staff/case/{case.id}/take/")
    run_worker()
    assert hall.seen_by_applicant(case).status == "under_review"
