"""代決 asks once more who is there: alone, sent back, and together; one's own stamp does not."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.casework import bulk
from madoguchi.casework.models import Approval, Case, Decision
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
