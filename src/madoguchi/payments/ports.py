"""The port to whoever moves money: a card gateway, the cashier, nobody (free). Adapters get plain data, never a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. ``key`` makes a second start recognisable; ``back`` is where the payer returns to."""

    key: str
    payment: str
    amount: int  # whole yen
    text: str
    back: str
    language: str = "ja"
    until: int = 0  # seconds since 1970: nobody needs to pay it after this. The same in every call of one key
    slip: str = ""  # the number on which a terminal at the counter has taken it


@dataclass(frozen=True, slots=True)
class Started:
    """The gateway knows the order; the payer goes to ``url``."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of an order. ``state``: paid, open (nothing yet), waiting (the bank has not answered), failed (declined),
    over (the gateway gave up or cancelled it). ``paid_by`` is the gateway's own number of the money, for refunds."""

    reference: str
    state: str
    amount: int = 0
    currency: str = ""
    paid_by: str = ""
    key: str = ""  # of our order, where the gateway gives it back: its notice may be faster than its answer
    ours: bool = False  # it is over because we stopped it: nobody failed to pay


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Give money back. ``key`` makes a second call recognisable."""

    key: str
    paid_by: str
    amount: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """Done, or done before."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What is known of a refund. ``state``: done, later (under way), failed (the money is with the city again)."""

    reference: str
    state: str
    key: str = ""  # of our RefundOrder, where the gateway gives it back


@dataclass(frozen=True, slots=True)
class Later:
    """Promised: a bank, or people and a bank, give it back in some days; whoever does says so (refunds.refund_reported, or a notice)."""

    reference: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never."""

    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A signed notice of the gateway. ``report`` and ``refund`` are None when it is about nothing that concerns us."""

    event: str
    kind: str
    report: Report | None
    refund: RefundReport | None = None


class PaymentProvider(Protocol):
    """Moves money. Nothing here may raise for what the outside does: verdicts are values; a forged notice is None."""

    code: str

    def start(self, order: Order) -> Started | Report | Retry | Refused:
        """Begin. A Report means that nobody has to go anywhere."""
        ...

    def confirm(self, reference: str) -> Report | Retry | Refused:
        """How an order stands now."""
        ...

    def stop(self, reference: str) -> Report | Retry | Refused:
        """Let nobody pay this order any more, and say how it stands: it may have been paid meanwhile."""
        ...

    def refund(self, order: RefundOrder) -> Accepted | Later | Retry | Refused:
        """Give money back, once per key. Asked again, it says how that stands now."""
        ...

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """The notice, when its signature is right and fresh."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """What a room above does when the counter takes back, before the day is closed, what its books hold (key rules.BOOKS): says why it cannot
    (``refused``: case_ref → words, empty when it can), and undoes it in the caller's transaction (``void``: case_ref, actor)."""

    refused: Callable[[str], str]
    void: Callable[[str, str], None]


books: list[Books] = []  # the one room that has any; config.wiring puts it here
