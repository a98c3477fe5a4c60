"""The fee of an application that was withdrawn (取下げ): what is unpaid is asked for no more; what is paid waits for a clerk, who gives it
back (refunds) or says why it stays."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, outbox

from .errors import PaymentClosed, PaymentNotFound, ProviderAway, RefundWrong
from .events import CHANGED
from .models import Payment
from .rules import KEPT, OPEN
from .selectors import is_undecided, payment_get
from .services import payment_cancel


def case_withdrawn(message: outbox.Envelope) -> None:
    """Handler of casework's CaseWithdrawn. The same message again changes nothing. An order that cannot be stopped now is tried again;
    one whose money is on its way is decided on when it has come."""
    fees = Payment.objects.filter(case_ref=message.payload["case"]).order_by("created_at")
    with transaction.atomic(durable=True):
        for payment in fees.filter(withdrawn_at=None).select_for_update():
            payment.withdrawn_at = clock.now()
            payment.save(update_fields=["withdrawn_at"])
            audit.record("worker", "payment.withdrawn", chain=payment.chain, facts={
                "payment": str(payment.id), "left": payment.received - payment.refunded})
        failpoints.hit("payments.withdrawn.before_commit")
    for payment in fees.filter(state__in=OPEN):
        try:
            payment_cancel(payment_id=str(payment.id), actor="worker")
        except ProviderAway:
            raise outbox.Retry("an open order of a withdrawn application could not be stopped") from None
        except PaymentClosed:
            continue


def may_keep(actor: Staff, payment: Payment) -> bool:
    """May this person say that it stays?"""
    return actor.may(Right.WORK_CASES, payment.section) and is_undecided(payment)


@transaction.atomic(durable=True)
def fee_keep(*, actor: Staff, payment_id: str, why: str) -> Payment:
    """The fee of what was withdrawn does not go back; the applicant reads why (a code of KEPT, so that no name gets into it). Raises
    PaymentNotFound, RefundWrong, PaymentClosed."""
    payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
    if not actor.may(Right.WORK_CASES, payment.section):
        raise PaymentNotFound
    if why not in KEPT:
        raise RefundWrong("還付しない理由を選んでください。")
    if not is_undecided(payment):
        raise PaymentClosed("この手数料の還付は、すでに決まっています。いまの状態を確認してください。")
    payment.kept_by, payment.kept_at, payment.kept_why = actor.actor, clock.now(), why
    payment.save(update_fields=["kept_by", "kept_at", "kept_why"])
    audit.record(actor.actor, "payment.kept", chain=payment.chain, facts={
        "payment": str(payment.id), "left": payment.received - payment.refunded, "why": why})
    outbox.publish(CHANGED, case_ref=payment.case_ref, key=f"payment:{payment.id}:kept", payload={
        "payment": str(payment.id), "case": payment.case_ref, "state": "kept", "means": payment.means, "why": why})
    failpoints.hit("payments.kept.before_commit")
    return payment
