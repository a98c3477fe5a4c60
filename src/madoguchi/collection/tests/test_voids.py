"""A tax that the counter took by mistake: taken back before the day is closed, and every 期 stands as if it had never come."""

from __future__ import annotations

import pytest
from tests.support.hall import run_worker

from madoguchi.collection import givebacks, ledger, selectors, unmatches
from madoguchi.collection.errors import FormWrong
from madoguchi.collection.models import Excess, Money, OnlineOrder
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, refunds, till
from madoguchi.payments.errors import RefundWrong
from madoguchi.payments.models import Refund

from .test_at_counter import TODAY, WHOLE, at, now, ordered, paid, sound
from .test_mine import LATE, demand_of, pdf_text, town  # noqa: F401 - a fixture


@pytest.fixture
def dues(hall):
    return demand_of()


def taken(hall, *parts, posts=True):
    payment = paid(ordered(hall, *parts))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(payment.id), tendered=payment.amount)
    if posts:
        run_worker()
    return payment


def ask(hall, payment, amount, who="yamada"):
    return refunds.refund_ask(actor=hall.staff(who), payment_id=str(payment.id), amount=amount, reason="void")


def hand_over(hall, refund):
    refunds.refund_answer(actor=hall.staff("nakamura"), refund_id=str(refund.id), approve=True)
    refunds.refund_hand_over(actor=hall.staff("yamada"), refund_id=str(refund.id))


def test_from_the_page_of_the_payment_back_to_what_was_owed(hall, town, dues) -> None:  # noqa: F811
    payment, desk = taken(hall, *dues), hall.desk("yamada")
    page = f"/staff/payments/{payment.id}/"
    shown = desk.get(page).content.decode()
    assert "還付を申し出る</h3>" in shown and "打ち間違い（取消し）" in shown and "手数料を多く受け取った" not in shown
    assert desk.post(f"{page}refund/", {"amount": "1000", "reason": "void"}).status_code == 422, "all of it, or nothing"
    assert desk.post(f"{page}refund/", {"amount": str(WHOLE), "reason": "void"}).status_code == 303
    row = Refund.objects.get()
    assert now(dues[0]) == (100_000, LATE, TODAY), "nothing moves before the money does"
    assert hall.desk("nakamura").post(f"{page}refund/{row.id}/", {"act": "approve"}).status_code == 303
    assert desk.post(f"{page}refund/{row.id}/", {"act": "hand_over"}).status_code == 303
    assert now(dues[0]) == (0, 0, None) and now(dues[1]) == (0, 0, None) and ledger.balances().get("bank:cashier", 0) == 0
    assert {m.outcome for m in Money.objects.all()} == {"voided"} and sound() == []
    text = desk.get(at(dues[0], "demand")).content.decode()
    assert text.count("打ち間違いで取り消した") == 2 and "窓口で受け取る" in text
    assert "打ち間違いとして取り消され" in desk.get(f"/staff/collection/unmatched/{Money.objects.first().id}/").content.decode()
    assert "無効" in pdf_text(desk.get(f"{page}receipt.pdf").content)
    own = hall.browser("hanako").get("/my/taxes/").content.decode()
    assert "市の窓口の現金" not in own and "いま納めるものはありません" not in own
    closed = till.till_close(actor=hall.staff("yamada"), section="zeimu", count=till.Count({}, 0, "", 1, 0))
    assert (closed.taken, closed.back, closed.voided, closed.difference) == (WHOLE, WHOLE, WHOLE, 0)
    said = AuditEntry.objects.get(action="order.voided")
    assert said.facts["yen"] == WHOLE and said.actor == hall.staff("yamada").actor


def test_it_can_be_taken_anew_and_that_counts(hall, dues) -> None:
    hand_over(hall, ask(hall, taken(hall, dues[1]), 10_000))
    taken(hall, dues[1])
    assert now(dues[1]) == (10_000, 0, TODAY) and ledger.balances()["bank:cashier"] == 10_000
    assert OnlineOrder.objects.filter(state="posted").count() == 2 and sound() == []


def test_before_it_stands_in_the_books_one_waits(hall, dues) -> None:
    payment = taken(hall, dues[1], posts=False)
    with pytest.raises(RefundWrong) as wrong:
        ask(hall, payment, 10_000)
    assert "帳簿に載るのを待っています" in wrong.value.ja and not Refund.objects.exists()


def test_what_became_kagonou_waits_for_its_answer_on_either_side(hall, dues, came) -> None:
    payment = paid(ordered(hall, dues[1]))
    came((dues[1], 10_000, "final", "", TODAY))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(payment.id), tendered=10_000)
    run_worker()
    excess = Excess.objects.get()
    back = givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=10_000, target_id=dues[0].id)
    with pytest.raises(RefundWrong) as wrong:
        ask(hall, payment, 10_000)
    assert "却下してから" in wrong.value.ja
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=False)
    refund = ask(hall, payment, 10_000)
    with pytest.raises(FormWrong) as waits:
        givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=10_000, target_id=dues[0].id)
    assert "打ち間違いの取消しが申し出られています" in str(waits.value.faults)
    hand_over(hall, refund)
    excess.refresh_from_db()
    assert (excess.amount, excess.left) == (0, 0) and now(dues[1]) == (10_000, 0, TODAY) and sound() == []


def test_what_is_voided_is_neither_matched_nor_unmatched_any_more(hall, dues) -> None:
    hand_over(hall, ask(hall, taken(hall, dues[1]), 10_000))
    money = Money.objects.get()
    assert unmatches.unmatch_refused(money) == unmatches.VOIDED
    assert list(selectors.unmatched_list(actor=hall.staff("yamada"))) == []
