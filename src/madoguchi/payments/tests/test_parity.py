"""The nightly check compares payments, their orders and refunds with each other and with the record of acts."""

from __future__ import annotations

import uuid

import pytest
from tests.support.hall import Hall

from madoguchi.kernel import audit, witness
from madoguchi.payments import cashier, parity, rebilling, refunds, sales, services, terminals, till
from madoguchi.payments.models import Attempt, Payment, Refund

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taken(hall: Hall, fee):
    """A little of everything: cash with a part given back, a sale, a terminal, one that is open, one that was cancelled, a card twice."""
    tanaka, kimura = hall.staff("tanaka"), hall.staff("kimura")
    paid, touched, waits, ended = fee(), fee(), fee(), fee()
    cashier.cash_take(actor=tanaka, payment_id=str(paid.id), tendered=1_000)
    asked = refunds.refund_ask(actor=tanaka, payment_id=str(paid.id), amount=300, reason="mistake")
    refunds.refund_answer(actor=kimura, refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    declined = refunds.refund_ask(actor=tanaka, payment_id=str(paid.id), amount=100, reason="exempt")
    refunds.refund_answer(actor=kimura, refund_id=str(declined.id), approve=False)
    refunds.refund_ask(actor=tanaka, payment_id=str(paid.id), amount=50, reason="mistake")
    terminals.terminal_take(actor=tanaka, payment_id=str(touched.id), typed=terminals.Typed("kosodate1", "card", "A1"))
    services.payment_cancel(payment_id=str(ended.id), actor="resident:test")
    rebilling.waiver_grant(actor=kimura, payment_id=str(waits.id), less=100)
    sales.sale_take(actor=tanaka, section="kosodate", press=str(uuid.uuid4()), counts={sales.fees_offered()[0].key: 2}, tendered=100_000)
    now = till.till_now(actor=tanaka, section="kosodate")
    till.till_close(actor=tanaka, section="kosodate", count=till.Count({1: now.expected}, 0, "", now.number, now.expected, "1:600:0:0"))


def by(**facts):
    return Payment.objects.filter(**facts)


def again():
    row = Refund.objects.get(state="done")
    row.pk = None
    row.save(force_insert=True)


TAMPERED = {
    "600円が支払い済みになっていますが、その払い方・額の入金がありません": lambda: by(receipt="R8-0000-0002-0").update(state="success", amount=600),
    "状態が記録と違います(記録 success、今は created)": lambda: by(receipt="R8-0000-0001-0").update(state="created"),
    "請求のほかに600円を受け取っていますが": lambda: by(receipt="R8-0000-0001-0").update(state="expired"),
    "請求額が記録と違います(記録 500円、今は 1円)": lambda: by(receipt="R8-0000-0002-0").update(amount=1),
    "内訳の合計が、請求額500円と違います": lambda: by(receipt="R8-0000-0002-0").update(
        lines=[{"label": "x", "unit": 1, "count": 1, "sum": 1}]),
    "受け取った額は600円、払われた注文の合計は601円": lambda: Attempt.objects.filter(provider="terminal").update(amount=601),
    "受け取った額は600円、払われた注文の合計は0円": lambda: Attempt.objects.filter(provider="terminal").update(state="over"),
    "返した額は300円、済んだ還付の合計は301円": lambda: Refund.objects.filter(state="done").update(amount=301),
    "還付の額が記録と違います(記録 50、今は 60)": lambda: Refund.objects.filter(state="asked").update(amount=60),
    "還付の状態が記録と違います(記録 asked、今は approved)": lambda: Refund.objects.filter(state="asked").update(state="approved"),
    "還付の承認した人が記録と違います": lambda: Refund.objects.filter(state="done").update(approved_by="staff:tanaka"),
    "の注文から、950円を返すことになっています": lambda: Refund.objects.filter(state="asked").update(amount=650),
    "の申し出の記録がありません(誰かが書き足した疑い)": again,
    "支払いの記録がありません(誰かが書き足した疑い)": lambda: by(receipt="R8-0000-0002-0").update(id=uuid.uuid4()),
    "払われた注文の合計は1円": lambda: Attempt.objects.filter(payment__key__startswith="sale:").update(amount=1),
}


def test_payments_that_nobody_touched_are_equal(taken) -> None:
    assert parity.differences() == [] and audit.verify() + witness.verify() == []


@pytest.mark.parametrize("words", TAMPERED)
def test_what_was_changed_by_hand_is_named(taken, words) -> None:
    TAMPERED[words]()
    assert any(words in fault for fault in parity.differences()), parity.differences()
    assert audit.verify() == [], "the chain itself is whole"


def test_the_command_of_the_administrator_names_it_too(taken) -> None:
    Refund.objects.filter(state="asked").update(state="approved", approved_by="staff:kimura")
    assert any("還付の状態が記録と違います" in fault.ja for fault in witness.verify())
