"""The counter: a clerk takes cash for a fee."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock, failpoints

from .errors import CashWrong, PaymentClosed
from .models import Attempt, Payment
from .ports import Order, Report
from .providers import CASH, provider_of
from .rules import Act, State, after
from .selectors import payment_get
from .services import report_apply_in


@transaction.atomic(durable=True)
def cash_take(*, actor: Staff, payment_id: str, tendered: int) -> tuple[Payment, int]:
    """Take cash; returns the payment and the change. A second click finds it paid. Raises CashWrong, PaymentClosed,
    PaymentNotFound."""
    return cash_take_in(actor=actor, payment=payment_get(actor=actor, payment_id=payment_id, lock=True), tendered=tendered)


def cash_take_in(*, actor: Staff, payment: Payment, tendered: int) -> tuple[Payment, int]:
    """As cash_take, in the caller's transaction, of a payment that it has found or made, and locked."""
    if payment.state == State.SUCCESS or (after(payment.state, Act.PAY) is None):
        raise PaymentClosed
    if tendered < payment.amount:
        raise CashWrong(f"預かった金額が、手数料の{payment.amount:,}円に足りません。受け取った金額を入れ直してください。")
    attempt = Attempt.objects.create(payment=payment, provider=CASH, amount=payment.amount, reference=f"cash:{payment.id}",
                                     created_at=clock.now())
    answer = provider_of(CASH).start(Order(str(attempt.id), str(payment.id), payment.amount, payment.subject, ""))
    assert isinstance(answer, Report)
    report_apply_in(provider=CASH, report=answer, actor=actor.actor)
    failpoints.hit("payments.cash.before_commit")
    return Payment.objects.get(id=payment.id), tendered - payment.amount
