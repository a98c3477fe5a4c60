"""口座振替 as a means of paying a fee: an order waits for the next request of the room that collects taxes, from the account
that its payer has chosen there, and its money comes by the file that the bank answers with."""

from __future__ import annotations

import datetime as dt

from madoguchi.collection import public as collection
from madoguchi.kernel.clock import JST
from madoguchi.payments.ports import Later, Notice, Order, RefundOrder, Refused, Report, Started


class FeeDebits:
    """Fees that are debited."""

    code = "debit"

    def start(self, order: Order) -> Started | Refused:
        """The order. Nobody has to go anywhere: the account was chosen on the payer's page."""
        until = dt.datetime.fromtimestamp(order.until, JST).date()
        made = collection.debit_begin(key=order.key, payment=order.payment, words=order.text, amount=order.amount, until=until)
        return Started(made.number, "") if made else Refused("no account")

    def confirm(self, reference: str) -> Report | Refused:
        """How it stands by the files that came."""
        return collection.fee_stand(reference) or Refused("unknown")

    def stop(self, reference: str) -> Report | Refused:
        """Ask the bank for it no more; what it was asked for is waited for."""
        return collection.fee_stop(reference) or Refused("unknown")

    def refund(self, order: RefundOrder) -> Later | Refused:
        """Make 過誤納金 of it; it is transferred to an account that the payer names."""
        excess = collection.fee_back(key=order.key, money=int(order.paid_by), amount=order.amount) if order.paid_by.isdecimal() else None
        return Later(f"excess:{excess}") if excess else Refused("no such money")

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Nobody sends any: files are taken by staff."""
        return None
