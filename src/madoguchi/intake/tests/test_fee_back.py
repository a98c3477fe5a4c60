"""A fee goes back: the applicant hears of it when it is approved and when it is done, and sees what was paid twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from tests.support import gateway
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.casework import services as work
from madoguchi.casework.errors import FeeUnpaid
from madoguchi.casework.models import Case
from madoguchi.collection import givebacks, results
from madoguchi.collection.formats.received import Received
from madoguchi.collection.models import Excess, FeeSlip
from madoguchi.collection.tests.conftest import ACCOUNT
from madoguchi.kernel import clock, witness
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier, rebilling, refunds
from madoguchi.payments.models import Payment, Refund
from madoguchi.payments.ports import RefundReport
from madoguchi.payments.tests.conftest import card_process, cards  # noqa: F401

from .test_paying import now_of, order  # noqa: F401


def answered(hall, payment, amount, reason="exempt"):
    asked = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=amount, reason=reason)
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    run_worker()
    return asked


def paid_by_slip(browser, page, *, times=1):
    browser.post(f"{page}slip/")
    slip = FeeSlip.objects.get()
    rows = [Received(n, 0, slip.number, slip.amount, clock.today(), "cvs", "final", "02") for n in range(1, times + 1)]
    results.results_take(actor="test", results=results.Results("cvs", "確報.txt", b"paid", rows))
    run_worker()


def mails():
    return sorted(key.partition(":")[0] for key in Mail.objects.filter(key__startswith="refund").values_list("key", flat=True))


def test_a_fee_that_goes_back_by_card_is_told_twice(order, hall, cards) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    page = hall.browser("hanako").post(f"/my/{row.id}/pay/card/").url
    cards.card(page, gateway.PAYS)
    hall.browser("hanako").get(f"/my/{row.id}/pay/back/")
    run_worker()
    Payment.objects.update(section="kosodate")
    answered(hall, payment, 100)
    said = now_of(row)[1]
    assert Refund.objects.get().state == "done" and mails() == ["refunded", "refunding"]
    subjects = dict(Mail.objects.filter(key__startswith="refund").values_list("key", "subject"))
    assert {key.partition(":")[0]: subject.partition("】")[2] for key, subject in subjects.items()} == {
        "refunding": "お返しするもののお知らせ", "refunded": "お返ししました"}, "no mail that asks for money"
    assert "手数料をお返しする手続きをしています" in said[-2] and said[-1].startswith("手数料をお返ししました")
    assert "明細" in said[-1] and not any("100円" in mail.body or "手数料" in mail.body for mail in Mail.objects.filter(key__startswith="refund"))


def test_a_fee_that_goes_back_from_a_slip_asks_for_the_account(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    paid_by_slip(hall.browser("hanako"), f"/my/{row.id}/pay/")
    Payment.objects.update(section="kosodate")
    answered(hall, payment, 200)
    assert "口座をおうかがいする" in now_of(row)[1][-1] and mails() == ["refunding"]
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.get().id, amount=200, account=ACCOUNT, since=None)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    day = clock.today() + dt.timedelta(days=7)
    givebacks.transfer_make(actor=hall.staff("yamada"), on=day)
    run_worker()
    assert mails() == ["refunding"], "until the bank's day a file can be taken back"
    with clock.frozen(dt.datetime.combine(day, dt.time(9), clock.JST)):
        assert givebacks.refunds_tell() == 1
        run_worker()
    assert "ご指定の口座" in now_of(row)[1][-1] and mails() == ["refunded", "refunding"]


def test_a_fee_paid_twice_by_slip_is_on_its_page(order, hall) -> None:  # noqa: F811
    row, browser = order(), hall.browser("hanako")
    page = f"/my/{row.id}/pay/"
    assert "多く納めて" not in browser.get(page).content.decode()
    paid_by_slip(browser, page, times=2)
    shown = browser.get(page).content.decode()
    assert f"{Payment.objects.get().amount}円</b> 多く納めていただいています" in shown


def test_what_the_counter_takes_back_at_once_is_no_news(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    Payment.objects.update(section="kosodate")
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=payment.amount)
    run_worker()
    before = now_of(row)[1]
    answered(hall, payment, payment.amount, reason="void")
    assert now_of(row)[1] == before and mails() == []


def test_who_paid_at_the_counter_and_is_refused_hears_that_the_money_waits_there(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    clerk = hall.staff("okada")
    cashier.cash_take(actor=clerk, payment_id=str(payment.id), tendered=payment.amount)
    run_worker()
    hall.decide(Case.objects.get(id=row.id), "reject", "okada", "matsui")
    run_worker()
    asked = refunds.refund_ask(actor=clerk, payment_id=str(payment.id), amount=payment.amount, reason="refused")
    refunds.refund_answer(actor=hall.staff("matsui"), refund_id=str(asked.id), approve=True)
    run_worker()
    assert now_of(row)[1][-1] == "手数料を窓口でお返しします。担当課の窓口にお越しください" and mails() == ["refunding"]
    refunds.refund_hand_over(actor=clerk, refund_id=str(asked.id))
    run_worker()
    assert now_of(row)[1][-1] == "手数料を窓口でお返ししました" and mails() == ["refunded", "refunding"]


def test_a_fee_given_back_with_a_refusal_is_owed_again_before_something_is_issued(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    clerk, chief = hall.staff("okada"), hall.staff("matsui")
    cashier.cash_take(actor=clerk, payment_id=str(payment.id), tendered=payment.amount)
    run_worker()
    case = Case.objects.get(id=row.id)
    hall.decide(case, "reject", "okada", "matsui")
    run_worker()
    asked = refunds.refund_ask(actor=clerk, payment_id=str(payment.id), amount=payment.amount, reason="refused")
    refunds.refund_answer(actor=chief, refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=clerk, refund_id=str(asked.id))
    work.case_reopen(actor=clerk, case_id=case.ref, why="審査の誤り")
    with pytest.raises(FeeUnpaid):
        hall.propose(case, "okada", "issue")
    page = hall.desk("okada").get(f"/staff/payments/{payment.id}/").content.decode()
    assert "交付できないとしてお返しした手数料です" in page
    again = rebilling.fee_again(actor=clerk, payment_id=str(payment.id), until=clock.today() + dt.timedelta(days=7))
    run_worker()
    assert now_of(row)[1][-1] == "手数料のお支払いを、もう一度お願いします" and again.amount == payment.amount
    cashier.cash_take(actor=clerk, payment_id=str(again.id), tendered=again.amount)
    assert hall.decide(case, "issue", "okada", "matsui").state == "final"
    run_worker()
    assert witness.verify() == []


def test_what_costs_nothing_was_not_paid(order, hall) -> None:  # noqa: F811
    row = order(exempt=True, receive="counter")
    run_worker()
    for page in (f"/my/{row.id}/", f"/my/{row.id}/pay/"):
        shown = text(hall.browser("hanako").get(page))
        assert "お支払いはいりません" in shown and "お支払い済み" not in shown


def test_what_is_true_of_a_refund_stands_on_every_page_at_each_stage(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    clerk, chief, browser = hall.staff("okada"), hall.staff("matsui"), hall.browser("hanako")
    cashier.cash_take(actor=clerk, payment_id=str(payment.id), tendered=payment.amount)
    run_worker()
    case = Case.objects.get(id=row.id)
    hall.decide(case, "reject", "okada", "matsui")
    run_worker()
    waits = f"手数料を窓口でお返しします。担当課の窓口にお越しください（{payment.amount}円）"
    at = {"pay": f"/my/{row.id}/pay/", "status": f"/my/{row.id}/"}
    desk = {"one": f"/staff/payments/{payment.id}/", "list": "/staff/payments/", "case": f"/staff/case/{row.id}/"}

    def mine():
        return [waits in text(browser.get(page)) for page in at.values()]

    def theirs():
        return ["還付の途中" in text(hall.desk("okada").get(page)) for page in desk.values()]

    asked = refunds.refund_ask(actor=clerk, payment_id=str(payment.id), amount=payment.amount, reason="refused")
    assert (mine(), theirs()) == ([False, False], [False, False, False])
    refunds.refund_answer(actor=chief, refund_id=str(asked.id), approve=True)
    work.case_reopen(actor=clerk, case_id=case.ref, why="審査の誤り")
    assert (mine(), theirs()) == ([True, True], [True, True, True])
    page, told = text(hall.desk("okada").get(desk["one"])), "メールアドレスの入力がない方には、電話か文書でも伝えてください"
    assert told in page, "nobody else tells who has no address that money waits for them"
    assert "承認済み（まだ渡していません）" in page and "お返しする手数料です（まだ返し終わっていません）" in page and "お返しした手数料" not in page
    refunds.refund_hand_over(actor=clerk, refund_id=str(asked.id))
    assert (mine(), theirs()) == ([False, False], [False, False, False])
    assert "全額をお返ししました" in text(browser.get(at["pay"])) and told not in text(hall.desk("okada").get(desk["one"]))
    rebilling.fee_again(actor=clerk, payment_id=str(payment.id), until=clock.today() + dt.timedelta(days=7))
    assert f"お返しした金額 {payment.amount}円" in text(browser.get(at["pay"])), "what was paid before is not said to be paid still"


def test_a_withdrawn_fee_is_looked_at_until_somebody_has_approved_that_it_goes_back(order, hall) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    clerk, browser = hall.staff("okada"), hall.browser("hanako")
    cashier.cash_take(actor=clerk, payment_id=str(payment.id), tendered=payment.amount)
    run_worker()
    browser.post(f"/my/{row.id}/withdraw/")
    run_worker()
    asks, page = "お返しできるかどうかを、担当課が確かめています", f"/my/{row.id}/pay/"
    assert asks in text(browser.get(page))
    asked = refunds.refund_ask(actor=clerk, payment_id=str(payment.id), amount=payment.amount, reason="withdrawn")
    assert asks in text(browser.get(page)), "nobody has approved it"
    refunds.refund_answer(actor=hall.staff("matsui"), refund_id=str(asked.id), approve=True)
    shown = text(browser.get(page))
    assert asks not in shown and "手数料を窓口でお返しします" in shown


def test_money_that_a_card_would_not_take_back_is_told_and_shown(order, hall, cards) -> None:  # noqa: F811
    row, payment = order(mail="hanako@example.jp"), Payment.objects.get()
    cards.card(hall.browser("hanako").post(f"/my/{row.id}/pay/card/").url, gateway.PAYS)
    hall.browser("hanako").get(f"/my/{row.id}/pay/back/")
    run_worker()
    Payment.objects.update(section="kosodate")
    asked = answered(hall, payment, payment.amount)
    assert Refund.objects.get().state == "done"
    with transaction.atomic():
        refunds.refund_told(provider="card", report=RefundReport(key=str(asked.id), reference="", state="failed"), actor="test")
    run_worker()
    failed = "手数料をお返しできませんでした。返し方を担当課で確かめて、ご連絡します"
    assert now_of(row)[1][-1] == failed and Mail.objects.get(key__startswith="unrefunded:").subject.endswith("お返しするもののお知らせ")
    assert f"{failed}（{payment.amount}円）" in text(hall.browser("hanako").get(f"/my/{row.id}/pay/"))
    asked = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=payment.amount, reason="exempt")
    assert failed in text(hall.browser("hanako").get(f"/my/{row.id}/pay/")), "asked for again is not given back"
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    shown = text(hall.browser("hanako").get(f"/my/{row.id}/pay/"))
    assert f"{failed}（" not in shown and "手数料をお返しする手続きをしています" in shown
