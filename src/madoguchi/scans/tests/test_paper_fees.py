"""A certificate asked for on paper: it is accepted when it comes, its fee is taken at the counter, nothing is issued before; what must
be put right comes on paper too, and the clerk types it off."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support import papers as samples
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.errors import FeeUnpaid
from madoguchi.casework.models import Case, Talk
from madoguchi.casework.selectors import definition_of
from madoguchi.files.models import StoredFile
from madoguchi.intake.models import Application, Revision
from madoguchi.kernel import clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import services as paying
from madoguchi.payments.models import Payment
from madoguchi.procedures.rules import generate

from .conftest import sent, waiting

SLUG = "juuminhyou-utsushi"
pytestmark = pytest.mark.django_db(transaction=True)
WANTS = {"filer": "self", "scope": "all", "show_relation": True, "show_honseki": False, "show_number": False, "copies": 2, "receive": "post",
         "exempt": False}


@pytest.fixture
def case(hall: Hall) -> Case:
    """Typed off at the desk, received three weeks ago."""
    d, desk = hall.definition(SLUG), hall.desk("okada")
    answers = {k: v for k, v in hall.answers(SLUG).items() if k in ("name", "kana", "born", "address", "phone")} | WANTS
    packet, _ = waiting("shimin", SLUG)
    at = f"/staff/scans/p/{packet.id}/"
    for step in d.steps:
        went = desk.post(f"{at}k/{step.id}/", generate.as_lists(generate.post_data(d, step, answers)))
        assert went.status_code == 303, text(went)
    day = (clock.today() - dt.timedelta(days=21)).isoformat()
    filed = desk.post(f"{at}check/", {"received": day})
    assert filed.status_code == 303, text(filed)
    run_worker()
    return Case.objects.get()


def test_it_is_accepted_and_the_fee_is_taken_at_the_counter(hall: Hall, case: Case) -> None:
    payment, desk = Payment.objects.get(), hall.desk("okada")
    assert (payment.amount, payment.due_at, payment.state) == (710, None, "created")
    assert Application.objects.get().status == "filed"
    with clock.frozen(clock.now() + dt.timedelta(days=60)):
        assert paying.payments_expire() == 0, "who cannot be mailed loses nothing by a timer"
    assert f"/staff/payments/{payment.id}/" in desk.get(f"/staff/case/{case.id}/").content.decode()
    with pytest.raises(FeeUnpaid):
        hall.propose(case, "okada", "issue")
    took = desk.post(f"/staff/payments/{payment.id}/take/", {"tendered": "1,000"})
    assert "お釣りは 290円" in text(took)
    run_worker()
    hall.decide(case, "issue", "okada", *(["matsui"] if len(definition_of(case).review.route) > 1 else []))
    assert case.state == "decided" and witness.verify() == []


def test_without_the_fee_it_can_be_refused(hall: Hall, case: Case) -> None:
    hall.decide(case, "reject", "okada", *(["matsui"] if len(definition_of(case).review.route) > 1 else []))
    assert case.state == "decided"


def test_a_slip_for_the_fee_is_printed_at_the_desk(hall: Hall, case: Case) -> None:
    answer = hall.desk("okada").post(f"/staff/payments/{Payment.objects.get().id}/slip/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"


def asked(hall: Hall, case: Case) -> None:
    services.correction_request(actor=hall.staff("okada"), case_id=case.ref, due_on=clock.today() + dt.timedelta(days=10),
                                items=[("phone", "つながりませんでした")])
    run_worker()
    case.refresh_from_db()


def test_the_answer_to_a_correction_comes_on_paper(hall: Hall, case: Case) -> None:
    desk, at = hall.desk("okada"), f"/staff/case/{case.id}/"
    assert desk.get(f"{at}answer/").status_code == 409, "nothing was asked for"
    asked(hall, case)
    assert f"{at}answer/" in desk.get(f"{at}?tab=talk").content.decode() and "画面もメールもありません" in text(desk.get(f"{at}?tab=talk"))
    assert desk.post(f"{at}talk/", {"text": "お電話ください"}).status_code in (409, 422) and not Talk.objects.exists(), "it would reach nobody"
    shown = text(desk.get(f"{at}answer/"))
    assert "つながりませんでした" in shown and case.answers["phone"] in shown and 'name="phone"' in shown and 'name="copies"' not in shown
    wrong = desk.post(f"{at}answer/", {"phone": "12", "_action": "send"})
    assert wrong.status_code == 422 and 'value="12"' in wrong.content.decode()
    assert desk.post(f"{at}answer/", {"phone": "0767-00-9876", "copies": "9", "_action": "send"}).status_code == 303
    assert desk.post(f"{at}answer/", {"phone": "0767-00-9876", "_action": "send"}).status_code == 409, "pressed twice"
    run_worker()
    case.refresh_from_db()
    assert (case.state, case.answers["phone"], case.answers["copies"]) == ("reviewing", "0767009876", 2)
    assert Revision.objects.count() == 1 and AuditEntry.objects.get(action="correction.answered").actor == "staff:okada"
    assert "補正の答えを送った" in text(desk.get(f"{at}?tab=history")) and witness.verify() == []


def test_what_came_with_the_answer_is_kept(hall: Hall, case: Case) -> None:
    asked(hall, case)
    desk, at = hall.desk("okada"), f"/staff/case/{case.id}/"
    wrong = desk.post(f"{at}answer/", {"phone": "0767-00-9876", "file.scans": sent(b"MZ", "x.exe"), "_action": "send"})
    assert wrong.status_code == 422 and "x.exe：" in text(wrong) and 'value="0767-00-9876"' in wrong.content.decode()
    two = [sent(samples.jpeg(), "表.jpg"), sent(samples.pdf(), "裏.pdf")]
    page = desk.post(f"{at}answer/", {"phone": "0767-00-9876", "file.scans": two, "_action": "add"})
    assert page.status_code == 200 and "表.jpg" in text(page) and 'value="0767-00-9876"' in page.content.decode()
    first = Application.objects.get(id=case.ref).files["scans"][-2]["id"]
    page = desk.post(f"{at}answer/", {"phone": "0767-00-9876", "_action": f"drop:{first}"})
    assert "表.jpg" not in text(page) and "裏.pdf" in text(page) and not StoredFile.objects.filter(id=first).exists()
    original = case.files["scans"][0]["id"]
    desk.post(f"{at}answer/", {"phone": "1", "_action": f"drop:{original}"})
    assert StoredFile.objects.filter(id=original).exists(), "only what came with this answer can be taken out"
    assert desk.post(f"{at}answer/", {"phone": "1", "file.nothing": sent(samples.jpeg(), "a.jpg"), "_action": "add"}).status_code == 409
    assert desk.post(f"{at}answer/", {"phone": "0767-00-9876", "_action": "send"}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert [f["name"] for f in case.files["scans"]][1:] == ["裏.pdf"] and "裏.pdf" in text(desk.get(at))
    assert desk.get(f"{at}file/{case.files['scans'][-1]['id']}/").status_code == 200
    assert "補正で届いた紙を外した" in text(desk.get(f"{at}?tab=history")) and witness.verify() == []


STRANGERS = {"case_answer": "case_id"}


def test_nobody_else_answers(hall: Hall, case: Case) -> None:
    asked(hall, case)
    made_up = "00000000-0000-4000-8000-000000000000"
    for who in ("tanaka", "sato", "admin"):
        for method in ("get", "post"):
            mine, none = (getattr(hall.desk(who), method)(f"/staff/case/{ref}/answer/", {"phone": "0767009876"})
                          for ref in (case.id, made_up) if STRANGERS["case_answer"])
            assert mine.status_code == none.status_code == 404
    assert hall.desk("auditor").post(f"/staff/case/{case.id}/answer/", {"phone": "0767009876"}).status_code == 403
    assert hall.browser("hanako").post(f"/staff/case/{case.id}/answer/", {}).status_code == 302
    assert hall.browser("hanako").get(f"/my/{case.id}/correct/").status_code == 404, "it is nobody's online"
    online = hall.case("hanako", "jidou-teate-kifu")
    assert hall.desk("tanaka").get(f"/staff/case/{online.id}/answer/").status_code == 409
    case.refresh_from_db()
    assert case.state == "correction"
