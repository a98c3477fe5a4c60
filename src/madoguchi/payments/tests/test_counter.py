"""The counter and refunds: cash, change, second person, other sections; and that no order of events makes or loses a yen."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import cashier, refunds, selectors, services
from madoguchi.payments.errors import CashWrong, PaymentClosed, PaymentNotFound, RefundWrong, SecondPersonNeeded
from madoguchi.payments.models import Attempt, Payment, Refund
from madoguchi.payments.ports import Report
from madoguchi.payments.rules import Act, State, after


def test_cash_with_change_and_a_second_click(fee, hall):
    payment = fee()
    paid, change = cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=1000)
    assert (paid.state, paid.received, change, paid.means) == ("success", 600, 400, "counter_cash")
    with pytest.raises(PaymentClosed):
        cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=1000)
    assert Payment.objects.get().received == 600
    assert audit.verify() == [] == witness.verify()


@pytest.mark.parametrize("tendered", [599, 0, -1])
def test_too_little_cash(fee, hall, tendered):
    with pytest.raises(CashWrong):
        cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(fee().id), tendered=tendered)
    assert not Attempt.objects.exists()


def test_nothing_to_pay_is_paid_at_once(fee):
    payment = fee(amount=0)
    assert (payment.state, payment.means) == ("success", "free")


@pytest.mark.parametrize("who", ["sato", "admin", "auditor"])
def test_other_sections_see_nothing_and_take_nothing(fee, hall, who):
    payment = fee()
    with pytest.raises(PaymentNotFound):
        cashier.cash_take(actor=hall.staff(who), payment_id=str(payment.id), tendered=600)
    if who != "auditor":
        with pytest.raises(PaymentNotFound):
            selectors.payment_get(actor=hall.staff(who), payment_id=str(payment.id))
        assert list(selectors.payment_list(actor=hall.staff(who))) == []


def test_who_asks_does_not_approve_and_a_clerk_never(fee, hall):
    payment = fee()
    tanaka, kimura, suzuki = (hall.staff(n) for n in ("tanaka", "kimura", "suzuki"))
    cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
    for asker, approver in ((kimura, kimura), (kimura, tanaka)):
        asked = refunds.refund_ask(actor=asker, payment_id=str(payment.id), amount=100, reason="exempt")
        with pytest.raises(SecondPersonNeeded):
            refunds.refund_answer(actor=approver, refund_id=str(asked.id), approve=True)
    with pytest.raises(PaymentClosed):
        refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    refunds.refund_answer(actor=suzuki, refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    with pytest.raises(PaymentClosed):
        refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    payment.refresh_from_db()
    assert (payment.received, payment.refunded) == (600, 100)
    assert witness.verify() == []


@pytest.mark.parametrize(("amount", "reason"), [(0, "mistake"), (-5, "mistake"), (601, "mistake"), (100, "because")])
def test_refunds_that_cannot_be(fee, hall, amount, reason):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    with pytest.raises(RefundWrong):
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=amount, reason=reason)


def test_what_is_promised_cannot_be_promised_again(fee, hall):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=400, reason="mistake")
    with pytest.raises(RefundWrong) as wrong:
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=201, reason="mistake")
    assert "200円まで" in wrong.value.ja


def test_a_changed_sum_is_found_by_the_witness(fee, hall):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    Payment.objects.update(received=500)
    assert ["金額が記録と違います" in f.ja for f in witness.verify()] == [True]


def test_the_end_states_lead_nowhere():
    assert not [(s, a) for s in (State.SUCCESS, State.CANCELLED, State.EXPIRED) for a in Act if after(s, a)]


EVENTS = st.lists(st.tuples(st.sampled_from(["paid", "failed", "over", "waiting", "open", "cancel", "expire", "cash", "more", "wrong"]),
                            st.integers(0, 2)), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_happens_in_whatever_order_the_yen_are_equal(fee, hall, events):
    payment = fee(due_at=clock.now() + dt.timedelta(days=1))
    orders = [Attempt.objects.create(payment=payment, provider="card", amount=600, created_at=clock.now()) for _ in range(3)]
    tanaka, paid, cash = hall.staff("tanaka"), {}, 0  # the first sum that is told of an order is its money
    for what, which in events:
        if what in ("cancel", "expire"):
            with contextlib.suppress(PaymentClosed):
                services._end(str(payment.id), Act.CANCEL if what == "cancel" else Act.EXPIRE, "worker")
        elif what == "cash":
            with contextlib.suppress(PaymentClosed):
                cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
                cash = 600
        else:
            state, amount = ("paid", {"more": 601, "wrong": 599}[what]) if what in ("more", "wrong") else (what, 600)
            report = Report("", state, amount, "jpy", f"pi_{which}", str(orders[which].id))
            services.report_apply(provider="card", actor="gateway:card", report=report)
            if state == "paid":
                paid.setdefault(which, amount)
        payment.refresh_from_db()
        came, owed = sum(paid.values()) + cash, 600 if payment.state == "success" else 0
        assert payment.received == came
        assert came - owed == sum(Refund.objects.filter(payment=payment).values_list("amount", flat=True))
        assert (payment.state == "success") == bool(payment.paid_at)
    assert not [f for f in witness.verify() if payment.case_ref in f.chain]
