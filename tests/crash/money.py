"""Paying, in a crash run: the same acts as on the pages, against a gateway in its own process; and whether every yen is there."""

from __future__ import annotations

import os
from typing import Any

from django.db.models import Sum
from tests.support import gateway

from madoguchi.identity.models import Staff
from madoguchi.intake.models import Application
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, refunds, sales, services, till, webhooks
from madoguchi.payments.errors import PaymentClosed
from madoguchi.payments.models import Attempt, DayClose, Payment, Refund

Done = dict[str, Any]
DESK = "shimin"  # the section that takes these fees
PRESS = "00000000-0000-4000-8000-00000000c0de"


def _gate() -> gateway.Running:
    return gateway.Running(os.environ["MADOGUCHI_CARD_BASE"], None)  # type: ignore[arg-type]


def _payment(application: str) -> Payment:
    return Payment.objects.get(case_ref=application)


def pay_start(application: str, **_: Any) -> Done:
    """The button that leads to the card's page."""
    payment = _payment(application)
    if payment.state == "success":
        return {}
    return {"page": services.payment_start(payment_id=str(payment.id), means="card", back="http://127.0.0.1:1/", language="ja", actor="resident:x")}


def pay_card(application: str, page: str, **_: Any) -> Done:
    """The card with 3-D Secure, and back on our page, which asks how it went."""
    _gate().card(page, gateway.SECURE)
    services.payment_confirm(payment_id=str(_payment(application).id), actor="resident:x")
    return {}


def pay_notice(page: str, **_: Any) -> Done:
    """The card, and the gateway's notice, twice."""
    _gate().card(page, gateway.PAYS)
    session = _gate().session(gateway.order_of(page))
    body, signature = gateway.event("checkout.session.completed", session, number=f"evt_{session['id']}")
    for _again in range(2):
        webhooks.notice_take(provider="card", body=body, signature=signature)
    return {}


def pay_cash(application: str, **_: Any) -> Done:
    """Cash at the counter."""
    try:
        cashier.cash_take(actor=Staff.objects.get(username="okada"), payment_id=str(_payment(application).id), tendered=10_000)
    except PaymentClosed:
        assert _payment(application).state == "success"
    return {}


def pay_refund(application: str, **_: Any) -> Done:
    """A part goes back: asked by one, approved by another."""
    payment = _payment(application)
    refund = Refund.objects.filter(payment=payment).first() or refunds.refund_ask(
        actor=Staff.objects.get(username="okada"), payment_id=str(payment.id), amount=100, reason="mistake")
    if refund.state == "asked":
        refunds.refund_answer(actor=Staff.objects.get(username="matsui"), refund_id=str(refund.id), approve=True)
    return {}


def counter_sale(**_: Any) -> Done:
    """A fee of somebody who has not applied online: the same page, pressed again, is the same sale."""
    sales.sale_take(actor=Staff.objects.get(username="okada"), section=DESK, press=PRESS, counts={"juuminhyou": 1}, tendered=1000)
    return {}


def day_close(**_: Any) -> Done:
    """The day's cash is counted, all of it stays, and the chief takes it over."""
    clerk, chief = (Staff.objects.get(username=name) for name in ("okada", "matsui"))
    now = till.till_now(actor=clerk, section=DESK)
    if now.takings:
        till.till_close(actor=clerk, section=DESK, count=till.Count({1: now.expected}, now.expected, "", now.number, now.expected))
    last = DayClose.objects.filter(section=DESK).order_by("-number")[0]
    till.till_take_over(actor=chief, close_id=str(last.id), amount=last.kept)
    return {}


ACTS = {f.__name__: f for f in (pay_start, pay_card, pay_notice, pay_cash, pay_refund, counter_sale, day_close)}


def _tills() -> list[str]:
    """Closes that do not say what their rows say, or do not follow each other; cash in none."""
    out, left = [], 0
    if Payment.objects.filter(case_ref="").count() > 1:
        out.append("a sale was made twice")
    for number, row in enumerate(DayClose.objects.filter(section=DESK).order_by("number"), 1):
        taken = Attempt.objects.filter(closed=row).aggregate(x=Sum("amount"))["x"] or 0
        if (row.number, row.left, row.taken) != (number, left, taken):
            out.append(f"close {row}: {row.left}/{row.taken} is not {left}/{taken}")
        if AuditEntry.objects.filter(chain=f"till:{DESK}", action="till.closed", facts__number=row.number).count() != 1:
            out.append(f"close {row} is not in the record once")
        left = row.kept
    return out


def yen() -> list[str]:
    """What is not equal to the yen: our sums, our rows, the gateway's own book."""
    out = _tills()
    for payment in Payment.objects.all():
        came = payment.attempts.filter(state="paid").aggregate(x=Sum("amount"))["x"] or 0
        back = payment.refunds.filter(state="done").aggregate(x=Sum("amount"))["x"] or 0
        if (payment.received, payment.refunded) != (came, back):
            out.append(f"{payment.receipt}: {payment.received}/{payment.refunded} is not {came}/{back}")
        if payment.state == "success" and payment.received != payment.amount:
            out.append(f"{payment.receipt}: {payment.received} received of {payment.amount}")
        accepted = Application.objects.filter(id=payment.case_ref or None, status__in=("filed", "under_review", "approval", "decided"))
        if payment.state == "success" and payment.case_ref and not accepted.exists():
            out.append(f"{payment.receipt}: paid and not accepted")
    for attempt in Attempt.objects.filter(provider="card").exclude(reference=""):
        there = _gate().session(attempt.reference)
        if (there["payment_status"] == "paid") != (attempt.state == "paid"):
            out.append(f"order {attempt.id}: {attempt.state} here, {there['payment_status']} at the gateway")
        if attempt.state == "paid":
            given = sum(r["amount"] for r in _gate().refunds(attempt.paid_by))
            ours = Refund.objects.filter(attempt=attempt, state="done").aggregate(x=Sum("amount"))["x"] or 0
            if given != ours:
                out.append(f"order {attempt.id}: {ours} given back here, {given} at the gateway")
    return out
