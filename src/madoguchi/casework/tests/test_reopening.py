"""再審査をやめる: a decided case was taken up again by mistake, and is left as it was decided."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import reopening, services
from madoguchi.casework.errors import NotNow, ReasonMissing
from madoguchi.casework.models import Decision
from madoguchi.kernel import audit
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail


@pytest.fixture
def case(hall: Hall):
    found = hall.case("hanako", "jidou-teate-mishiharai", mail="hanako@example.jp")
    services.check_mark(actor=hall.staff("tanaka"), case_id=found.ref, marked={0, 1})
    hall.decide(found, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    found.refresh_from_db()
    return found


def again(hall, case):
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="別の件とまちがえて")
    run_worker()


def test_a_clerk_stops_it_and_the_applicant_is_told(hall: Hall, case):
    marks, due, mails = case.checklist, case.due_on, Mail.objects.count()
    desk, at = hall.desk("tanaka"), f"/staff/case/{case.id}/"
    assert "再審査をやめる" not in text(desk.get(at)) and desk.post(f"{at}stand/", {"why": "まちがい"}).status_code == 409
    again(hall, case)
    assert "再審査をやめる" in text(desk.get(at))
    short = desk.post(f"{at}stand/", {"why": "あ"})
    assert short.status_code == 422 and "再審査をやめる理由" in text(short)
    assert desk.post(f"{at}stand/", {"why": "別の申請とまちがえたため"}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert (case.state, case.checklist, case.due_on, case.reopened) == ("decided", marks, due, None)
    assert Decision.objects.get(case=case).state == "final"
    assert hall.seen_by_applicant(case).status == "decided" and Mail.objects.count() == mails + 2, "taken up, and ended"
    assert "もう一度の審査をやめました。前の結果は、そのままです" in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert "再審査をやめた: 別の申請とまちがえたため" in text(desk.get(f"{at}?tab=talk"))
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="reexamination.ended", actor="staff:tanaka").count() == 1
    assert audit.verify() == []
    again(hall, case)
    case.refresh_from_db()
    assert case.state == "reviewing", "and may be taken up once more"


def test_not_once_a_second_decision_is_proposed_and_not_by_others(hall: Hall, case):
    again(hall, case)
    for who in ("sato", "auditor"):
        with pytest.raises(NotFound):
            reopening.reexamination_end(actor=hall.staff(who), case_id=case.ref, why="まちがい")
    with pytest.raises(ReasonMissing):
        reopening.reexamination_end(actor=hall.staff("tanaka"), case_id=case.ref, why="  ")
    hall.propose(case, "tanaka", "grant")
    with pytest.raises(NotNow):
        reopening.reexamination_end(actor=hall.staff("tanaka"), case_id=case.ref, why="まちがい")
    assert "再審査をやめる" not in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/"))


def test_a_case_without_a_decision_has_none_to_stand(hall: Hall):
    fresh = hall.case("hanako", "jidou-teate-mishiharai")
    services.case_take(actor=hall.staff("tanaka"), case_id=fresh.ref)
    with pytest.raises(NotNow):
        reopening.reexamination_end(actor=hall.staff("tanaka"), case_id=fresh.ref, why="まちがい")
