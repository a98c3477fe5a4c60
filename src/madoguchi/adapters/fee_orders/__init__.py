"""Fees that are paid through the room that collects taxes: by a 納付書 (eL-QR, convenience stores, Pay-easy), or debited with its
next request from the account that the payer has chosen there. Either way the money comes by a file of a bank or a shop."""

from __future__ import annotations

import datetime as dt

from madoguchi.collection import public as collection
from madoguchi.kernel.clock import JST
from madoguchi.payments.ports import Later, Notice, Order, RefundOrder, Refused, Report, Started


def _until(order: Order) -> dt.date:
    return dt.datetime.fromtimestamp(order.until, JST).date()


class _FeeOrders:
    """What both have in common once the order is made."""

    def confirm(self, reference: str) -> Report | Refused:
        """How it stands by the files that came."""
        return collection.fee_stand(reference) or Refused("unknown")

    def stop(self, reference: str) -> Report | Refused:
        """Give it out, or ask the bank for it, no more; what is on its way is waited for."""
        return collection.fee_stop(reference) or Refused("unknown")

    def refund(self, order: RefundOrder) -> Later | Refused:
        """Make 過誤納金 of it; it is transferred to an account that the payer names."""
        excess = collection.fee_back(key=order.key, money=int(order.paid_by), amount=order.amount) if order.paid_by.isdecimal() else None
        return Later(f"excess:{excess}") if excess else Refused("no such money")

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Nobody sends any: files are taken by staff."""
        return None


class FeeSlips(_FeeOrders):
    """Slips for fees."""

    code = "slip"

    def start(self, order: Order) -> Started | Refused:
        """The slip. Nobody has to go anywhere: it is on the payer's page."""
        slip = collection.fee_begin(key=order.key, payment=order.payment, words=order.text, amount=order.amount, until=_until(order))
        return Started(slip.number, "") if slip else Refused("no numbers")


class FeeDebits(_FeeOrders):
    """Fees that are debited."""

    code = "debit"

    def start(self, order: Order) -> Started | Refused:
        """The order. Nobody has to go anywhere: the account was chosen on the payer's page."""
        made = collection.debit_begin(key=order.key, payment=order.payment, words=order.text, amount=order.amount, until=_until(order))
        return Started(made.number, "") if made else Refused("no account")
