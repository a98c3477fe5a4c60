"""納付書 as a means of paying a fee: an order is a slip of the room that collects taxes (eL-QR, convenience stores, Pay-easy), and
its money comes by the files of banks and shops."""

from __future__ import annotations

import datetime as dt

from madoguchi.collection import public as collection
from madoguchi.kernel.clock import JST
from madoguchi.payments.ports import Later, Notice, Order, RefundOrder, Refused, Report, Started


class FeeSlips:
    """Slips for fees."""

    code = "slip"

    def start(self, order: Order) -> Started | Refused:
        """The slip. Nobody has to go anywhere: it is on the payer's page."""
        until = dt.datetime.fromtimestamp(order.until, JST).date()
        slip = collection.fee_begin(key=order.key, payment=order.payment, words=order.text, amount=order.amount, until=until)
        return Started(slip.number, "") if slip else Refused("no numbers")

    def confirm(self, reference: str) -> Report | Refused:
        """How it stands by the files that came."""
        return collection.fee_stand(reference) or Refused("unknown")

    def stop(self, reference: str) -> Report | Refused:
        """Give it out no more."""
        return collection.fee_stop(reference) or Refused("unknown")

    def refund(self, order: RefundOrder) -> Later | Refused:
        """Make 過誤納金 of it; it is transferred to an account that the payer names."""
        excess = collection.fee_back(key=order.key, money=int(order.paid_by), amount=order.amount) if order.paid_by.isdecimal() else None
        return Later(f"excess:{excess}") if excess else Refused("no such money")

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Nobody sends any: files are taken by staff."""
        return None
