"""Terminals at the counter: a clerk confirms with the slip's number what the terminal took or gave back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock, failpoints
from madoguchi.offices.public import city

from .emv import payload, qr_image
from .errors import CountWrong
from .models import Attempt, DayClose, Payment, Refund, TerminalSlip
from .ports import Order, Report
from .providers import TERMINAL, provider_of
from .rules import BRANDS, Act, after, slip_read
from .selectors import payment_get
from .services import counter_check, pages_close, report_apply_in
from .setup import Terminal, setup, terminals_of

NOTHING = "0:0:0:0"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the clerk typed: which terminal, what kind of payment, the number of its slip."""

    terminal: str
    brand: str
    slip: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A terminal on a page; ``qr`` is an image of the sum, where the city has JPQR."""

    terminal: Terminal
    qr: str = ""


def terminals_shown(section: str, amount: int, label: str = "") -> list[Shown]:
    """The terminals of a section for a sum that is to be paid."""
    merchant = setup().merchant
    return [Shown(t, qr_image(payload(merchant, amount, label)) if t.shown and merchant and amount else "") for t in terminals_of(section)]


def kinds_of(shown: list[Shown]) -> list[tuple[str, str]]:
    """What these terminals take, in words."""
    return [(key, words) for key, words in BRANDS.items() if any(key in s.terminal.brands for s in shown)]


def _slip_of(section: str, typed: Typed) -> TerminalSlip:
    """The slip that was typed, not written yet. Raises CountWrong."""
    terminal = next((t for t in terminals_of(section) if t.key == typed.terminal), None)
    if terminal is None:
        raise CountWrong([("terminal", "使った端末を選んでください。")])
    if typed.brand not in terminal.brands:
        words = "、".join(BRANDS[b] for b in terminal.brands)
        raise CountWrong([("brand", f"支払いの種類を選んでください。{terminal.name}で選べるのは {words} です。")])
    return _slip(terminal.key, typed.brand, typed.slip)


def _slip(terminal: str, brand: str, typed: str) -> TerminalSlip:
    number, today = slip_read(typed), clock.today()
    if not number:
        raise CountWrong([("slip", "端末の控えの伝票番号（コード決済は決済番号）を、英数字で入れてください。")])
    used = TerminalSlip.objects.filter(terminal=terminal, on=today, number=number).select_related("attempt__payment", "refund__payment").first()
    if used is not None:
        raise CountWrong([("slip", f"この伝票番号は、今日この端末で {_of(used).payment.receipt} に使われています。控えを確かめてください。")])
    return TerminalSlip(terminal=terminal, on=today, number=number, brand=brand)


def _of(slip: TerminalSlip) -> Attempt | Refund:
    found = slip.attempt or slip.refund
    assert found
    return found


def _write(slip: TerminalSlip, order: Attempt | None = None) -> None:
    """In the caller's transaction. Raises CountWrong when somebody else wrote the same number at this moment."""
    try:
        with transaction.atomic():
            if order:
                order.save(force_insert=True)
                slip.attempt = order
            slip.save(force_insert=True)
    except IntegrityError:
        raise CountWrong([("slip", "この伝票番号は、いま別の受取りに使われました。控えを確かめてください。")]) from None


def terminal_take(*, actor: Staff, payment_id: str, typed: Typed) -> Payment:
    """Note what a terminal took. A page of the gateway is closed first, as for cash. A second click finds it paid. Raises CountWrong,
    PaymentClosed, PaymentNotFound, ProviderAway."""
    with transaction.atomic(durable=True):
        payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
        if after(payment.state, Act.PAY) is not None:
            _slip_of(payment.section, typed)
    pages_close(payment_id=payment_id, actor=actor.actor)
    with transaction.atomic(durable=True):
        return terminal_take_in(actor=actor, payment=payment_get(actor=actor, payment_id=payment_id, lock=True), typed=typed)


def terminal_take_in(*, actor: Staff, payment: Payment, typed: Typed) -> Payment:
    """As terminal_take, in the caller's transaction, of a payment that it has found or made, and locked."""
    counter_check(payment)
    slip = _slip_of(payment.section, typed)
    order = Attempt(payment=payment, provider=TERMINAL, amount=payment.amount, reference=slip.reference, created_at=clock.now())
    _write(slip, order)
    answer = provider_of(TERMINAL).start(Order(str(order.id), str(payment.id), payment.amount, payment.subject, "", slip=slip.reference))
    assert isinstance(answer, Report)
    report_apply_in(provider=TERMINAL, report=answer, actor=actor.actor)
    failpoints.hit("payments.terminal.before_commit")
    return Payment.objects.get(id=payment.id)


def slip_back(refund: Refund, typed: str) -> TerminalSlip:
    """The slip of a refund at the terminal that took the money, in the caller's transaction. Raises CountWrong."""
    paid = TerminalSlip.objects.get(attempt=refund.attempt)  # its terminal may be gone from the city's list: it goes back all the same
    slip = _slip(paid.terminal, paid.brand, typed)
    slip.refund = refund
    _write(slip)
    return slip


def terminal_name(key: str) -> str:
    """A terminal in words; one that is not there any more by its key."""
    found = setup().terminals.get(key)
    return found.name if found else key


def _rows(section: str, close: DayClose | None) -> Iterable[TerminalSlip]:
    sections = city().kept_as(section)
    rows = TerminalSlip.objects.select_related("attempt__payment", "refund__payment")
    taken = rows.filter(attempt__state="paid", attempt__closed=close, attempt__payment__section__in=sections)
    return [*taken, *rows.filter(refund__state="done", refund__closed=close, refund__payment__section__in=sections)]


def lines_of(section: str, close: DayClose | None = None) -> list[dict[str, Any]]:
    """What the terminals of a section took and gave back, by terminal and kind: of a close, or since the last one."""
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for slip in _rows(section, close):
        line = out.setdefault((slip.terminal, slip.brand), {
            "terminal": slip.terminal, "name": terminal_name(slip.terminal), "brand": slip.brand, "n": 0, "taken": 0, "backs": 0, "back": 0})
        how_many, yen, amount = ("n", "taken", slip.attempt.amount) if slip.attempt else ("backs", "back", slip.refund.amount if slip.refund else 0)
        line[how_many] += 1
        line[yen] += amount
    return [out[key] for key in sorted(out)]


def seen(lines: list[dict[str, Any]]) -> str:
    """All of them in one word, so that a close knows whether its page had said the same."""
    return ":".join(str(sum(line[key] for line in lines)) for key in ("n", "taken", "backs", "back"))


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One slip on the day's sheet."""

    payment: str
    receipt: str
    words: str
    number: str
    at: dt.datetime
    amount: int  # below nothing when it went back


def slips_listed(section: str, close: DayClose | None = None) -> list[SlipLine]:
    """The slips behind the lines, the oldest first. Whoever calls has checked the section."""
    out = []
    for slip in _rows(section, close):
        of = _of(slip)
        at, amount = (slip.attempt.created_at, of.amount) if slip.attempt else (slip.refund.done_at if slip.refund else None, -of.amount)
        out.append(SlipLine(str(of.payment.id), of.payment.receipt, f"{terminal_name(slip.terminal)} {BRANDS[slip.brand]}", slip.number,
                            at or of.payment.created_at, amount))
    return sorted(out, key=lambda s: s.at)
