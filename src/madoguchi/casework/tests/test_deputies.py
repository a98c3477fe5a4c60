"""代決 asks once more who is there: alone, sent back, and together; one's own stamp does not."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.casework import bulk
from madoguchi.casework.models import Approval, Case, Decision
from madoguchi.casework.services import decision_approve
from madoguchi.identity import absences
from madoguchi.identity.public import TRIAL_PASSWORD
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

SLUG = "jidou-teate-mishiharai"
LATER = OPENING + dt.timedelta(minutes=20)


@pytest.fixture
def case(hall: Hall) -> Case:
    """Proposed by tanaka; kimura, whose turn it is, is away, and sato of another section is no deputy: ito is."""
    case = hall.case("hanako", SLUG)
    hall.propose(case, "tanaka", "grant")
    return case


def away(hall: Hall, deputy: str) -> None:
    absences.absence_add(actor=hall.staff("kimura"), staff=hall.staff("kimura"), section="kosodate", deputy=hall.staff(deputy),
                         starts=clock.today(), ends=clock.today() + dt.timedelta(days=3))


@pytest.mark.parametrize("act", ["approve", "return"])
def test_who_stamps_for_another_shows_again_who_they_are(hall: Hall, case: Case, act: str):
    away(hall, "suzuki")
    desk, sent = hall.desk("suzuki"), {"comment": "不在のため"}
    with clock.frozen(LATER):
        page = desk.post(f"/staff/case/{case.id}/{act}/", sent)
        assert 'name="_confirm"' in page.content.decode() and "不在のため" in text(page) and not Approval.objects.exists()
        wrong = desk.post(f"/staff/case/{case.id}/{act}/", sent | {"_confirm": "post", "_password": "ちがう"})
        assert wrong.status_code == 422 and not Approval.objects.exists()
        assert desk.post(f"/staff/case/{case.id}/{act}/", sent | {"_confirm": "post", "_password": TRIAL_PASSWORD}).status_code == 303
    stamp = Approval.objects.get()
    assert stamp.instead_of == hall.staff("kimura") and stamp.comment == "不在のため"


def test_together_too(hall: Hall, case: Case):
    away(hall, "suzuki")
    desk = hall.desk("suzuki")
    run = bulk.run_start(actor=hall.staff("suzuki"), act="approve", case_ids=[case.ref])
    bulk.run_look(actor=hall.staff("suzuki"), run_id=str(run.id))
    sent = {"go": [str(item.id) for item in run.items.all()]}
    with clock.frozen(LATER):
        assert 'name="_confirm"' in desk.post(f"/staff/bulk/{run.id}/confirm/", sent).content.decode() and not Approval.objects.exists()
        assert desk.post(f"/staff/bulk/{run.id}/confirm/", sent | {"_confirm": "post", "_password": TRIAL_PASSWORD}).status_code == 303
    assert Approval.objects.get().instead_of == hall.staff("kimura")
    assert AuditEntry.objects.filter(action="decision.approved_as_deputy", chain=f"case:{case.id}").count() == 1


def test_ones_own_stamp_asks_nothing(hall: Hall, case: Case):
    desk = hall.desk("kimura")
    with clock.frozen(LATER):
        assert desk.post(f"/staff/case/{case.id}/approve/").status_code == 303
    assert Approval.objects.get().instead_of is None and Decision.objects.get().at_step > 1


def test_who_stamped_already_is_not_offered_the_next_step_and_reads_why(hall: Hall, case: Case):
    """suzuki, the manager, stamps as deputy of the chief; the manager's own step is for somebody else."""
    away(hall, "suzuki")
    suzuki = hall.staff("suzuki")
    assert "係長として決裁（代決）" in text(hall.desk("suzuki").get(f"/staff/case/{case.id}/"))
    decision_approve(actor=suzuki, case_id=case.ref)
    desk = hall.desk("suzuki")
    page = text(desk.get(f"/staff/case/{case.id}/"))
    assert "として決裁" not in page and "同じ人は二度押せません" in page and "起案した" not in page.partition("決裁を待っています")[2]
    refused = desk.post(f"/staff/case/{case.id}/approve/", {})
    assert refused.status_code == 403 and "同じ人は二度押せません" in text(refused)
    run = bulk.run_start(actor=suzuki, act="approve", case_ids=[case.ref])
    bulk.run_look(actor=suzuki, run_id=str(run.id))
    assert "同じ人は二度押せません" in run.items.get().why
    assert "決裁できません" not in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/")), "who proposed only waits"


def test_a_deputy_of_two_reads_who_names_another(hall: Hall, case: Case):
    away(hall, "hayashi")
    absences.absence_add(actor=hall.staff("suzuki"), staff=hall.staff("suzuki"), section="kosodate", deputy=hall.staff("hayashi"),
                         starts=clock.today(), ends=clock.today() + dt.timedelta(days=3))
    decision_approve(actor=hall.staff("hayashi"), case_id=case.ref)
    page = text(hall.desk("hayashi").get(f"/staff/case/{case.id}/"))
    assert "（代決）" not in page and f"{hall.staff('suzuki').name}さんか管理者に" in page
