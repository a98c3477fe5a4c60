"""Who said to be exempt and is not: the clerk says so, the fee is asked for, the case waits; paid, it goes on; not paid, it ends otherwise."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from pypdf import PdfReader
from tests.support import papers as samples
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.casework import papers, retention, services
from madoguchi.casework.errors import FeeUnpaid
from madoguchi.kernel import clock
from madoguchi.payments import cashier, rebilling
from madoguchi.payments import services as paying
from madoguchi.payments.models import Payment

from .world import faults

SLUG = "kazei-shoumei"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(hall):
    """A case whose applicant claimed 減免 and paid nothing."""
    return hall.case("hanako", SLUG, hall.answers(SLUG) | {"receive": "pdf", "exempt": True, "filer": "self", "copies": 1}, mail="a@example.jp")


def mails(hall) -> int:
    run_worker()
    return len(list(hall.home.glob("mail/*.eml")))


def paper(hall, case) -> None:
    data = samples.pdf()
    papers.paper_put(actor=hall.staff("yamada"), case_id=case.ref, document="certificate", source=io.BytesIO(data), name="a.pdf", size=len(data))


def rejected(hall, case, days: int = 10) -> Payment:
    """The clerk says so on the page to which the case leads."""
    [first] = Payment.objects.filter(case_ref=case.ref)
    desk = hall.desk("yamada")
    assert f"/staff/payments/{first.id}/" in desk.get(f"/staff/case/{case.id}/").content.decode()
    until = (clock.today() + dt.timedelta(days=days)).isoformat()
    answer = desk.post(f"/staff/payments/{first.id}/rebill/", {"act": "reject", "why": "register", "until": until})
    more = Payment.objects.exclude(id=first.id).get(case_ref=case.ref)
    assert answer.status_code == 303 and answer["Location"] == f"/staff/payments/{more.id}/"
    return more


def test_the_fee_is_asked_for_paid_and_the_certificate_is_issued(hall, case) -> None:
    before = mails(hall)
    more = rejected(hall, case)
    assert (more.amount, more.state) == (300, "created") and mails(hall) == before + 1
    browser = hall.browser("hanako")
    page = text(browser.get(f"/my/{case.id}/"))
    assert "お支払いいただきました" not in page, "it was 減免, and cost nothing"
    assert "市の記録で確かめたところ、減免に当たりませんでした" in page and "手数料のお支払いをお願いします" in page and "支払いに進む" in page
    assert "300円" in text(browser.get(f"/my/{case.id}/pay/")) and "手続きをやめる" not in text(browser.get(f"/my/{case.id}/pay/"))
    paper(hall, case)
    raw = hall.decision_raw(case)
    answer = hall.desk("yamada").post(f"/staff/case/{case.id}/decide/", {**raw, "outcome": "issue", "revision": "1"})
    assert answer.status_code == 422 and "まだ払われていません" in text(answer)
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(more.id), tendered=1000)
    run_worker()
    assert "お支払いいただきました" in text(browser.get(f"/my/{case.id}/"))
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(browser.get(f"/my/{case.id}/pay/receipt/").content)).pages)
    assert "300円" in words and f"領-{case.receipt}-2" in words
    hall.decide(case, "issue", "yamada", "nakamura")
    assert case.state == "decided"
    history = text(hall.desk("yamada").get(f"/staff/case/{case.id}/?tab=history"))
    assert "減免に当たらないとして、手数料を請求した" in history and faults() == []


def test_it_is_asked_for_while_the_decision_waits_for_its_stamp(hall, case) -> None:
    paper(hall, case)
    hall.propose(case, "yamada", "issue")
    more = rejected(hall, case)
    with pytest.raises(FeeUnpaid):
        services.decision_approve(actor=hall.staff("nakamura"), case_id=case.ref)
    answer = hall.desk("nakamura").post(f"/staff/case/{case.id}/approve/", {"comment": "よろしい"})
    assert answer.status_code == 422 and "まだ払われていません" in text(answer) and "よろしい" in answer.content.decode()
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(more.id), tendered=300)
    services.decision_approve(actor=hall.staff("nakamura"), case_id=case.ref)
    case.refresh_from_db()
    assert case.state == "decided"


def test_not_paid_it_runs_out_with_notice_and_nothing_is_granted(hall, case) -> None:
    more, before = rejected(hall, case, days=5), mails(hall)
    with clock.frozen(clock.now() + dt.timedelta(days=20)):
        assert paying.payments_expire() == 1
        assert mails(hall) == before + 1
        browser = hall.browser("hanako")
        assert "期限までにお支払いがありませんでした" in text(browser.get(f"/my/{case.id}/"))
        page = text(browser.get(f"/my/{case.id}/pay/"))
        assert "担当課にご連絡ください" in page and "はじめから申請してください" not in page
        paper(hall, case)
        with pytest.raises(FeeUnpaid):
            hall.propose(case, "yamada", "issue")
        assert "お支払いの期限が過ぎました" in text(hall.desk("yamada").get(f"/staff/case/{case.id}/"))
        hall.decide(case, "reject", "yamada", "nakamura")
        assert case.state == "decided" and retention.kept_of(case)
        more.refresh_from_db()
        assert more.state == "expired" and faults() == []


def test_asked_again_then_found_to_be_exempt_after_all(hall, case) -> None:
    more = rejected(hall, case, days=5)
    with clock.frozen(clock.now() + dt.timedelta(days=20)):
        paying.payments_expire()
        until = clock.today() + dt.timedelta(days=7)
        answer = hall.desk("yamada").post(f"/staff/payments/{more.id}/rebill/", {"act": "again", "until": until.isoformat()})
        assert answer.status_code == 303
        rebilling.waiver_grant(actor=hall.staff("nakamura"), payment_id=str(more.id), less=300)
        run_worker()
        page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
        assert "もう一度お願いします" in page and "減免に当たることが分かったため" in page
        paper(hall, case)
        hall.decide(case, "issue", "yamada", "nakamura")
        assert case.state == "decided" and faults() == []


def test_asked_no_more_the_applicant_is_told(hall, case) -> None:
    more = rejected(hall, case)
    assert hall.desk("yamada").post(f"/staff/payments/{more.id}/rebill/", {"act": "drop"}).status_code == 303
    run_worker()
    assert "お支払いいただかなくてよくなりました" in text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_postage_was_paid_its_receipt_stays_beside_the_new_fee(hall) -> None:
    application = hall.file("hanako", SLUG, hall.answers(SLUG) | {"receive": "post", "exempt": True, "filer": "self", "copies": 2})
    [first] = Payment.objects.all()
    assert (first.amount, application.status) == (110, "unpaid")
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(first.id), tendered=110)
    run_worker()
    more = rebilling.waiver_reject(actor=hall.staff("yamada"), payment_id=str(first.id), why="papers", until=clock.today() + dt.timedelta(days=3))
    run_worker()
    browser = hall.browser("hanako")
    page = browser.get(f"/my/{application.id}/pay/").content.decode()
    assert more.amount == 600 and "手数料110円をお支払いいただいています" in page and "600円" in page
    old = browser.get(f"/my/{application.id}/pay/receipt/?before=1")
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(old.content)).pages)
    assert "110円" in words and browser.get(f"/my/{application.id}/pay/receipt/").status_code == 404
