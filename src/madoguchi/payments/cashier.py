"""The counter: a clerk takes cash for a fee."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock, failpoints
from madoguchi.kernel.models import AuditEntry

from .errors import CashWrong
from .models import Attempt, Payment
from .ports import Order, Report
from .providers import CASH, provider_of
from .rules import State
from .selectors import payment_get
from .services import counter_check, pages_close, report_apply_in


def cash_take(*, actor: Staff, payment_id: str, tendered: int) -> tuple[Payment, int]:
    """Take cash; returns the payment and the change. A page of the gateway is closed first: who has paid there is told so, and no
    cash is taken. A second click finds it paid. Raises CashWrong, PaymentClosed, PaymentNotFound, ProviderAway."""
    with transaction.atomic(durable=True):
        _check(payment_get(actor=actor, payment_id=payment_id, lock=True), tendered)
    pages_close(payment_id=payment_id, actor=actor.actor)
    with transaction.atomic(durable=True):
        return cash_take_in(actor=actor, payment=payment_get(actor=actor, payment_id=payment_id, lock=True), tendered=tendered)


AGAIN = dt.timedelta(minutes=10)  # so long a press of the same button is the same taking


def cash_taken(*, actor: Staff, payment_id: str) -> Payment | None:
    """The payment, where this person has just taken cash for it and presses once more; None for everything else that is over. Raises
    PaymentNotFound."""
    payment = payment_get(actor=actor, payment_id=payment_id)
    if (payment.state, payment.means) != (State.SUCCESS, CASH) or payment.refunded or not payment.paid_at or clock.now() - payment.paid_at > AGAIN:
        return None
    acts = AuditEntry.objects.filter(chain=payment.chain, action=f"payment.{State.SUCCESS}", actor=actor.actor)
    return payment if any(act.facts.get("payment") == str(payment.id) for act in acts) else None


def _check(payment: Payment, tendered: int) -> None:
    if tendered < payment.amount:
        raise CashWrong(f"預かった金額が、手数料の{payment.amount:,}円に足りません。受け取った金額を入れ直してください。")


def cash_take_in(*, actor: Staff, payment: Payment, tendered: int) -> tuple[Payment, int]:
    """As cash_take, in the caller's transaction, of a payment that it has found or made, and locked."""
    counter_check(payment)
    _check(payment, tendered)
    attempt = Attempt.objects.create(payment=payment, provider=CASH, amount=payment.amount, reference=f"cash:{payment.id}",
                                     created_at=clock.now())
    answer = provider_of(CASH).start(Order(str(attempt.id), str(payment.id), payment.amount, payment.subject, ""))
    assert isinstance(answer, Report)
    report_apply_in(provider=CASH, report=answer, actor=actor.actor)
    failpoints.hit("payments.cash.before_commit")
    return Payment.objects.get(id=payment.id), tendered - payment.amount
