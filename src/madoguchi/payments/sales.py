"""Fees at the counter without an online application: a clerk picks from the city's table, takes the money, prints the receipt.

The page's ``press`` is the key of the sale: a second click, or a reload, finds the sale of the first."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.offices.public import FeeMissing, city

from .cashier import cash_take_in
from .errors import CountWrong, PaymentClosed
from .models import Payment
from .providers import CASH
from .rules import State
from .services import payment_make
from .terminals import Typed, terminal_take_in
from .till import till_check

MOST = 999  # of one fee
SUBJECT_MOST = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A fee that is in force today."""

    key: str
    name: str
    unit: int


def fees_offered() -> list[Offer]:
    """The city's table as of today; a fee without an amount in force is not sold."""
    day, out = clock.today(), []
    for key, fee in city().fees.items():
        try:
            out.append(Offer(key, str(fee.name), fee.on(day)))
        except FeeMissing:
            continue
    return out


def sale_lines(counts: Mapping[str, int]) -> tuple[list[dict[str, Any]], int]:
    """The lines and the sum of so many of each fee. Raises CountWrong."""
    offers = fees_offered()
    wrong = [(f"f-{o.key}", f"数は、0から{MOST}までの数字で入れてください。") for o in offers if not 0 <= counts.get(o.key, 0) <= MOST]
    if wrong:
        raise CountWrong(wrong)
    lines = [{"label": o.name, "unit": o.unit, "count": n, "sum": o.unit * n} for o in offers if (n := counts.get(o.key, 0))]
    total = sum(o.unit * counts.get(o.key, 0) for o in offers)
    if not total:
        raise CountWrong([(f"f-{offers[0].key}" if offers else "tendered", "手数料を一つ以上選び、数を入れてください。")])
    return lines, total


@transaction.atomic(durable=True)
def sale_take(*, actor: Staff, section: str, press: str, counts: Mapping[str, int], tendered: int) -> tuple[Payment, int]:
    """Take cash for fees; returns the payment and the change. Raises CountWrong, CashWrong, PaymentClosed (another sale was made
    from this page), PaymentNotFound."""
    payment = _asked(actor, section, press, counts)
    if payment.state != State.SUCCESS:
        return cash_take_in(actor=actor, payment=payment, tendered=tendered)
    if payment.means != CASH:
        raise PaymentClosed(f"この画面の受取りは、端末で済んでいます({payment.number})。現金は受け取らないでください。")
    return payment, max(tendered - payment.amount, 0)


@transaction.atomic(durable=True)
def sale_terminal(*, actor: Staff, section: str, press: str, counts: Mapping[str, int], typed: Typed, said: int) -> Payment:
    """As sale_take, by what a terminal took. ``said``: the sum that the page showed and the terminal was given; of another one nothing
    is taken. Raises CountWrong, PaymentClosed, PaymentNotFound."""
    total = sale_lines(counts)[1]
    if said < 0:
        raise CountWrong([("slip", "先に「合計を出す」を押し、その合計を端末で受け取ってください。まだ記録していません。")])
    if said != total:
        raise CountWrong([("slip", f"数を変えたため、合計が{said:,}円から{total:,}円に変わりました。端末で受け取った額を確かめ、"
                                   "違うときは端末で取り消して、新しい合計で受け取り直してください。まだ記録していません。")])
    payment = _asked(actor, section, press, counts)
    return payment if payment.state == State.SUCCESS else terminal_take_in(actor=actor, payment=payment, typed=typed)


def _asked(actor: Staff, section: str, press: str, counts: Mapping[str, int]) -> Payment:
    """The payment of this page's sale, made now or before."""
    till_check(actor, section)
    try:
        key = f"sale:{section}:{uuid.UUID(press)}"
    except ValueError:
        raise CountWrong([("tendered", "この画面は古くなっています。「支払い」から開き直してください。")]) from None
    lines, total = sale_lines(counts)
    names = "・".join(line["label"] for line in lines)
    subject = names if len(names) <= SUBJECT_MOST else f"{lines[0]['label'][:SUBJECT_MOST]} ほか"
    payment = payment_make(key=key, case_ref="", receipt=_number(), section=section, subject=subject, lines=lines, amount=total, due_at=None,
                           actor=actor.actor)
    if payment.state == State.SUCCESS and payment.lines != lines:
        raise PaymentClosed(f"この画面の受取りは、{payment.number}で済んでいます。次の方の分は「支払い」から開き直してください。")
    return payment


def _number() -> str:
    """C8-1234-5678: fiscal year in Reiwa and random digits, like the receipt number of an application (R8-…)."""
    day = clock.today()
    while True:
        body = f"{secrets.randbelow(10**8):08d}"
        number = f"C{(day.year if day.month >= 4 else day.year - 1) - 2018}-{body[:4]}-{body[4:]}"
        if not Payment.objects.filter(receipt=number).exists():
            return number
