"""Payments without a gateway: what a clerk takes and gives back, in cash or at a terminal, and a fee of nothing."""

from __future__ import annotations

from madoguchi.payments.ports import Accepted, Notice, Order, RefundOrder, Refused, Report


class CounterCash:
    """The clerk holds the money: starting is having taken it."""

    code = "counter_cash"

    def start(self, order: Order) -> Report:
        """Taken."""
        return Report(f"cash:{order.payment}", "paid", order.amount, "jpy", f"cash:{order.payment}", order.key)

    def confirm(self, reference: str) -> Refused:
        """Nobody outside knows more than our own book."""
        return Refused("cash")

    stop = confirm

    def refund(self, order: RefundOrder) -> Accepted:
        """Given back by hand."""
        return Accepted(order.key)

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """Nobody sends any."""
        return None


class CounterTerminal(CounterCash):
    """A terminal of a shop took it: its slip says so. The terminal itself is not connected; a person reads the number."""

    code = "terminal"

    def start(self, order: Order) -> Report | Refused:  # type: ignore[override]
        """Taken, when there is a slip."""
        return Report(order.slip, "paid", order.amount, "jpy", order.slip, order.key) if order.slip else Refused("no slip")


class Free(CounterCash):
    """Nothing to pay."""

    code = "free"

    def start(self, order: Order) -> Report | Refused:  # type: ignore[override]
        """Paid at once, when it is really nothing."""
        return Report(f"free:{order.payment}", "paid", 0, "jpy", "", order.key) if order.amount == 0 else Refused("not free")
