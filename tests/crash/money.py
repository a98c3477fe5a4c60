"""Paying, in a crash run: the same acts as on the pages, against a gateway in its own process; and whether every yen is there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Sum
from tests.support import gateway

from madoguchi.collection import debits, fee_debits, givebacks, results
from madoguchi.collection.errors import NothingToPrint
from madoguchi.collection.formats.received import Received
from madoguchi.collection.models import DirectDebit, Excess, FeeSlip
from madoguchi.collection.tests.conftest import accounts_text
from madoguchi.identity.models import Staff
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import (
    cashier,
    notices,
    rebilling,
    refunds,
    sales,
    selectors,
    services,
    terminals,
    till,
    webhooks,
    withdrawn,
)
from madoguchi.payments.errors import PaymentClosed
from madoguchi.payments.models import Attempt, DayClose, GatewayNotice, Payment, Refund, TerminalSlip
from madoguchi.payments.rules import BOOKS, MORE

from .bank import ACCOUNT, gate, transfer

Done = dict[str, Any]
DESK = "shimin"  # the section that takes these fees
PRESS = "00000000-0000-4000-8000-00000000c0de"


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
    gate().card(page, gateway.SECURE)
    services.payment_confirm(payment_id=str(_payment(application).id), actor="resident:x")
    return {}


def pay_notice(page: str, **_: Any) -> Done:
    """The card, and the gateway's notice, twice."""
    gate().card(page, gateway.PAYS)
    session = gate().session(gateway.order_of(page))
    body, signature = gateway.event("checkout.session.completed", session, number=f"evt_{session['id']}")
    for _again in range(2):
        webhooks.notice_take(provider="card", body=body, signature=signature)
    return {}


def notice_look(application: str, **_: Any) -> Done:
    """A notice of an order that nobody here knows, one for each journey; a clerk compares it with the gateway's page."""
    GatewayNotice.objects.get_or_create(provider="card", event=f"evt_nobody_{application}", defaults={
        "kind": "x", "reference": f"cs_nobody_{application}", "outcome": "unknown", "at": clock.now()})
    clerk = Staff.objects.get(username="okada")
    for row in selectors.notices_odd(actor=clerk):
        notices.notice_seen(actor=clerk, notice_id=row.id, why="試しの知らせ")
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


def fee_keep(application: str, **_: Any) -> Done:
    """A clerk says that the fee of what was withdrawn does not go back."""
    payment = _payment(application)
    if payment.kept_at is None:
        withdrawn.fee_keep(actor=Staff.objects.get(username="okada"), payment_id=str(payment.id), why="done")
    return {}


def waiver_reject(application: str, **_: Any) -> Done:
    """The clerk says that 減免 does not apply: the fee is asked for, once."""
    first = Payment.objects.filter(case_ref=application).order_by("created_at")[0]
    if not Payment.objects.filter(key=f"{first.key}{MORE}").exists():
        rebilling.waiver_reject(actor=Staff.objects.get(username="yamada"), payment_id=str(first.id), why="papers", until=None)
    return {}


def waiver_pay(application: str, **_: Any) -> Done:
    """Paid in cash."""
    more = Payment.objects.get(case_ref=application, key__endswith=MORE)
    if more.state != "success":
        cashier.cash_take(actor=Staff.objects.get(username="yamada"), payment_id=str(more.id), tendered=10_000)
    return {}


def counter_sale(**_: Any) -> Done:
    """A fee of somebody who has not applied online: the same page, pressed again, is the same sale."""
    sales.sale_take(actor=Staff.objects.get(username="okada"), section=DESK, press=PRESS, counts={"juuminhyou": 1}, tendered=1000)
    return {}


def pay_terminal(application: str, **_: Any) -> Done:
    """At the terminal of the counter: the slip's number is typed."""
    try:
        terminals.terminal_take(actor=Staff.objects.get(username="okada"), payment_id=str(_payment(application).id),
                                typed=terminals.Typed("shimin1", "card", application[:8]))
    except PaymentClosed:
        assert _payment(application).state == "success"
    return {}


def terminal_back(application: str, **_: Any) -> Done:
    """A part of it goes back at the terminal, by its own slip."""
    clerk, payment = Staff.objects.get(username="okada"), _payment(application)
    refund = Refund.objects.filter(payment=payment).first() or refunds.refund_ask(
        actor=clerk, payment_id=str(payment.id), amount=50, reason="mistake")
    if refund.state == "asked":
        refunds.refund_answer(actor=Staff.objects.get(username="matsui"), refund_id=str(refund.id), approve=True)
    if Refund.objects.get(id=refund.id).state == "approved":
        refunds.refund_hand_over(actor=clerk, refund_id=str(refund.id), slip=f"{application[:8]}-B")
    return {}


def pay_slip(application: str, **_: Any) -> Done:
    """The 納付書 instead of the card."""
    payment = _payment(application)
    if payment.state != "success":
        services.payment_start(payment_id=str(payment.id), means="slip", back="", language="ja", actor="resident:x")
    return {}


def slip_results(application: str, **_: Any) -> Done:
    """The file that tells of it: first that it was paid, then the money, once too often."""
    slip = FeeSlip.objects.get(payment=_payment(application).id)
    rows = [Received(n, 0, slip.number, slip.amount, clock.today(), "elqr", stage, "") for n, stage in enumerate(("prompt", "final", "final"), 1)]
    results.results_take(actor="test", results=results.Results("elqr", "納付情報.txt", application.encode(), rows))
    return {}


def pay_debit(application: str, **_: Any) -> Done:
    """From the account that is registered for taxes."""
    payment, payer = _payment(application), f"F{application[:8]}"
    if payment.state in ("success", "submitted") or FeeSlip.objects.filter(payment=payment.id, stopped_at=None).exists():
        return {}
    debits.debits_take(actor="test", data=accounts_text([payer], "keiji").encode(), name="口座.csv")
    fee_debits.debit_note(payment=str(payment.id), row=DirectDebit.objects.get(payer=payer))
    services.payment_start(payment_id=str(payment.id), means="debit", back="", language="ja", actor="resident:x")
    return {}


def debit_request(**_: Any) -> Done:
    """The file that asks the bank."""
    try:
        fee_debits.fee_request_make(actor=Staff.objects.get(username="yamada"), on=clock.today() + dt.timedelta(days=3))
    except NothingToPrint:
        assert not fee_debits.waiting()
    return {}


def debit_results(application: str, code: str, **_: Any) -> Done:
    """The bank's answer."""
    slip = FeeSlip.objects.filter(payment=_payment(application).id).order_by("-id")[0]
    row = Received(1, 0, slip.number, slip.amount, clock.today(), "zengin", "final" if code == "0" else "failed", code)
    results.results_take(actor="test", results=results.Results("zengin", "振替結果.txt", f"{application}{code}".encode(), [row]))
    return {}


def slip_stop(application: str, **_: Any) -> Done:
    """Whoever has the slip does not want it any more."""
    try:
        services.payment_cancel(payment_id=str(_payment(application).id), actor="resident:x")
    except PaymentClosed:
        assert _payment(application).state == "cancelled"
    return {}


def slip_transfer(application: str, **_: Any) -> Done:
    """What goes back of it is transferred: asked by one, approved by another, sent to the bank."""
    clerk, chief = (Staff.objects.get(username=name) for name in ("yamada", "nakamura"))
    excess = Excess.objects.get(order=Refund.objects.get(payment=_payment(application)).id)
    if not excess.backs.exists():
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=excess.left, account=ACCOUNT, since=None)
    for back in excess.backs.filter(state="asked"):
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    transfer()
    return {}


def slip_told(**_: Any) -> Done:
    """The bank's day is there: the fee has gone back."""
    givebacks.refunds_tell(clock.today() + dt.timedelta(days=5))
    return {}


def day_close(**_: Any) -> Done:
    """The day's cash is counted, all of it stays, and the chief takes it over."""
    clerk, chief = (Staff.objects.get(username=name) for name in ("okada", "matsui"))
    now = till.till_now(actor=clerk, section=DESK)
    if now.takings or now.terminals:
        till.till_close(actor=clerk, section=DESK, count=till.Count({1: now.expected}, now.expected, "", now.number, now.expected,
                                                                                   terminals.seen(now.terminals)))
    last = DayClose.objects.filter(section=DESK).order_by("-number")[0]
    till.till_take_over(actor=chief, close_id=str(last.id), amount=last.kept)
    return {}


ACTS = {f.__name__: f for f in (pay_start, pay_card, pay_notice, notice_look, pay_cash, pay_refund, fee_keep, counter_sale, pay_terminal,
                                terminal_back, pay_debit, debit_request, debit_results, pay_slip, slip_results, slip_stop, slip_transfer, slip_told,
                                waiver_reject, waiver_pay, day_close)}


def _tills() -> list[str]:
    """Closes that do not say what their rows say, or do not follow each other; cash in none."""
    out, left = [], 0
    if Payment.objects.filter(case_ref="").count() > 1:
        out.append("a sale was made twice")
    for slip in TerminalSlip.objects.exclude(refund=None).select_related("refund"):
        if slip.refund is None or slip.refund.state != "done":
            out.append(f"slip {slip}: nothing went back")
    if TerminalSlip.objects.exclude(attempt=None).count() != Attempt.objects.filter(provider="terminal", state="paid").count():
        out.append("slips and orders of the terminal differ")
    for number, row in enumerate(DayClose.objects.filter(section=DESK).order_by("number"), 1):
        shown = [sum(line[key] for line in row.terminals) for key in ("taken", "back")]
        ours = [rows.aggregate(x=Sum("amount"))["x"] or 0 for rows in (Attempt.objects.filter(closed=row, provider="terminal"),
                                                                      Refund.objects.filter(closed=row, attempt__provider="terminal"))]
        if shown != ours:
            out.append(f"close {row}: terminals {shown} are not {ours}")
        taken = Attempt.objects.filter(closed=row, provider="counter_cash").aggregate(x=Sum("amount"))["x"] or 0
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
        of_books = payment.key.startswith(BOOKS)  # see taxes
        decides = payment.withdrawn_at is not None and Application.objects.filter(id=payment.case_ref or None, status="withdrawn").exists()
        if payment.state == "success" and payment.case_ref and not of_books and not (accepted.exists() or decides):
            out.append(f"{payment.receipt}: paid and not accepted")
    for slip in FeeSlip.objects.all():
        order = Attempt.objects.filter(id=slip.key).first()
        if order is None or (order.state == "paid") != (slip.money_id is not None) or slip.returned not in (0, 100):
            out.append(f"slip {slip}: {slip.money_id}, its order is {order and order.state}")
    for attempt in Attempt.objects.filter(provider="card").exclude(reference=""):
        there = gate().session(attempt.reference)
        if (there["payment_status"] == "paid") != (attempt.state == "paid"):
            out.append(f"order {attempt.id}: {attempt.state} here, {there['payment_status']} at the gateway")
        if attempt.state == "paid":
            given = sum(r["amount"] for r in gate().refunds(attempt.paid_by))
            ours = Refund.objects.filter(attempt=attempt, state="done").aggregate(x=Sum("amount"))["x"] or 0
            if given != ours:
                out.append(f"order {attempt.id}: {ours} given back here, {given} at the gateway")
    return out
