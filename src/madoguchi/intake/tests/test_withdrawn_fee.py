"""The fee of what is withdrawn: said before the press; what is paid waits for a clerk, who gives it back or says why it stays; what is
open is asked for no more."""

from __future__ import annotations

import pytest
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.kernel import witness
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier, keeping, rebilling, refunds
from madoguchi.payments import withdrawn as ending
from madoguchi.payments.errors import PaymentClosed
from madoguchi.payments.models import Payment

from .test_paying import now_of, order  # noqa: F401

MAY_STAY = "納めた手数料は、手続きが進んでいるとお返しできないことがあります。"


def paid(hall, row):
    """In cash at the counter of the section that has the case (here: 子育て, whose people the hall knows)."""
    Payment.objects.update(section="kosodate")
    fee = Payment.objects.get()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(fee.id), tendered=fee.amount)
    run_worker()
    Case.objects.update(section="kosodate")
    return str(fee.id)


def withdrawn(hall, row):
    assert hall.browser("hanako").post(f"/my/{row.id}/withdraw/").status_code == 303
    run_worker()
    row.refresh_from_db()
    assert row.status == "withdrawn"


def listed(hall, wanted="decide"):
    return hall.desk("tanaka").get(f"/staff/payments/?wanted={wanted}").content.decode()


def test_a_paid_fee_is_named_before_and_after_and_waits_for_a_clerk(order, hall):  # noqa: F811
    row = order(mail="hanako@example.jp")
    fee = paid(hall, row)
    browser = hall.browser("hanako")
    assert MAY_STAY in text(browser.get(f"/my/{row.id}/withdraw/"))
    assert row.receipt not in listed(hall)
    withdrawn(hall, row)
    page = text(browser.get(f"/my/{row.id}/"))
    assert "710円" in page and "お返しできるかどうかを、担当課が確かめています" in page and "お支払いの内容を見る" in page
    assert browser.get(f"/my/{row.id}/pay/receipt/")["Content-Type"] == "application/pdf"
    assert row.receipt in listed(hall) and "還付するか決める</span>" in listed(hall, "")
    assert "還付するか決めてください" in hall.desk("tanaka").get(f"/staff/case/{row.id}/").content.decode()
    assert "メールアドレスの入力がない方には、電話か文書でも伝えて" in hall.desk("tanaka").get(f"/staff/payments/{fee}/").content.decode()
    assert "まだ" not in keeping.payments_hold(str(row.id)) and "還付するか" in keeping.payments_hold(str(row.id))
    assert AuditEntry.objects.filter(chain=f"case:{row.id}", action="payment.withdrawn").count() == 1
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=fee, amount=710, reason="withdrawn")
    assert row.receipt not in listed(hall) and row.receipt in listed(hall, "refunds")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=False)
    assert row.receipt in listed(hall), "declined: it is to be decided again"
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=fee, amount=710, reason="withdrawn")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id))
    assert row.receipt not in listed(hall)
    assert "全額をお返ししました" in text(browser.get(f"/my/{row.id}/")) and witness.verify() == []
    page = text(browser.get(f"/my/{row.id}/pay/"))
    assert page.index("郵送料") < page.index("合計") < page.index("お返しした金額"), "what went back is no line of the bill"


def test_a_clerk_says_why_it_stays_and_the_applicant_reads_it(order, hall):  # noqa: F811
    row = order(mail="hanako@example.jp")
    fee = paid(hall, row)
    desk = hall.desk("tanaka")
    with pytest.raises(PaymentClosed):
        ending.fee_keep(actor=hall.staff("tanaka"), payment_id=fee, why="done")
    withdrawn(hall, row)
    wrong = desk.post(f"/staff/payments/{fee}/keep/", {"kept_why": ""})
    assert wrong.status_code == 422 and "還付しない理由を選んでください" in wrong.content.decode()
    mails = Mail.objects.count()
    assert desk.post(f"/staff/payments/{fee}/keep/", {"kept_why": "done"}).status_code == 303
    run_worker()
    assert now_of(row)[1][-1] == "取下げの前に手続きが進んでいたため、納めていただいた手数料はお返しできません"
    assert Mail.objects.count() == mails + 1 and "手数料" not in Mail.objects.order_by("id").last().subject
    page = text(hall.browser("hanako").get(f"/my/{row.id}/"))
    assert "確かめています" not in page and "お支払いの内容を見る" in page
    assert row.receipt not in listed(hall) and keeping.payments_hold(str(row.id)).startswith("まだ日締め")
    kept = AuditEntry.objects.get(action="payment.kept")
    assert kept.facts["why"] == "done" and kept.actor == hall.staff("tanaka").actor
    with pytest.raises(PaymentClosed):
        ending.fee_keep(actor=hall.staff("tanaka"), payment_id=fee, why="rule")
    assert "還付しないことにしました" in desk.get(f"/staff/payments/{fee}/").content.decode() and witness.verify() == []


def test_only_who_works_in_the_section_says_so(order, hall):  # noqa: F811
    row = order()
    fee = paid(hall, row)
    withdrawn(hall, row)
    for who in ("sato", "auditor"):
        with pytest.raises(DomainError):
            ending.fee_keep(actor=hall.staff(who), payment_id=fee, why="done")
    assert Payment.objects.get().kept_at is None


def test_what_was_asked_for_beside_a_settled_fee_and_is_open_is_asked_for_no_more(order, hall):  # noqa: F811
    row = order(exempt=True, receive="counter")  # 0円: accepted at once
    run_worker()
    Payment.objects.update(section="kosodate")
    rebilling.waiver_reject(actor=hall.staff("tanaka"), payment_id=str(Payment.objects.get().id), why="papers", until=None)
    run_worker()
    browser = hall.browser("hanako")
    assert "取り下げると、お支払いいただかなくてよくなります" in text(browser.get(f"/my/{row.id}/withdraw/"))
    withdrawn(hall, row)
    assert [p.state for p in Payment.objects.order_by("amount")] == ["success", "cancelled"]
    assert "支払いに進む" not in text(browser.get(f"/my/{row.id}/")) and listed(hall).count(row.receipt) == 0
    message = Message.objects.get(event="casework.CaseWithdrawn", handler="payments.withdrawn")
    assert message.payload == {"case": str(row.id)} and witness.verify() == []


@pytest.mark.parametrize(("amount", "decides"), [(710, False), (600, True)])
def test_what_goes_back_for_another_reason_is_not_decided_on_again(order, hall, amount, decides):  # noqa: F811
    """減免 was found to apply after the fee was paid: it is approved and not handed over yet when the application is withdrawn."""
    row = order(mail="hanako@example.jp")
    fee, tanaka, browser = paid(hall, row), hall.staff("tanaka"), hall.browser("hanako")
    asked = refunds.refund_ask(actor=tanaka, payment_id=fee, amount=amount, reason="exempt")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    assert (MAY_STAY in text(browser.get(f"/my/{row.id}/withdraw/"))) is decides, "of what is left alone"
    withdrawn(hall, row)
    page = text(browser.get(f"/my/{row.id}/pay/"))
    assert f"手数料を窓口でお返しします。担当課の窓口にお越しください（{amount}円）" in page and ("担当課が確かめています" in page) is decides
    assert (row.receipt in listed(hall)) is decides
    if not decides:
        with pytest.raises(PaymentClosed):
            ending.fee_keep(actor=tanaka, payment_id=fee, why="done")
    refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    assert (row.receipt in listed(hall)) is decides
