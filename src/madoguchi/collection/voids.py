"""打ち間違いの取消し of a tax that the counter took by mistake: room payments gives all of it back before the day is closed (asked for by one
person, approved by another), and with the cash the 消込 is undone, so that every 期 of it stands as if it had never come. Nothing is erased."""

from __future__ import annotations

from madoguchi.kernel import audit
from madoguchi.kernel.kinds import ours

from .ledger import CHAIN, one_writer
from .models import GiveBack, Instalment, Money, OnlineOrder, Posting
from .rules import CASHIER, TERMINAL, Account, Outcome
from .unmatches import FORGOTTEN, WRITTEN, net_of, taken_back

WAITS = "帳簿に載るのを待っています。数分待って、この画面を開き直してください。"
NOT_HERE = ours("市の窓口で受け取ったものではないので、取り消せません。")
GONE = ("この入金の過誤納金は、還付か充当に進んでいるので、取り消せません。承認待ちと振込待ちは「過誤納金」で却下してから取り消してください。"
        "済んだものは、そのままにします。")


def order_void_refused(order_id: str) -> str:
    """Why what was taken for an order cannot be taken back, in words; empty when it can. Room payments has asked who may, and whether the day
    is closed (payments.ports.books)."""
    order = OnlineOrder.objects.filter(id=order_id).first()
    if order is None or order.state != "posted":
        return WAITS
    for money in _money(order):
        if money.channel not in (CASHIER, TERMINAL):
            return NOT_HERE
        if GiveBack.objects.filter(excess__money=money, state__in=("asked", "approved", "done")).exists():
            return GONE
        part = money.instalment
        if part is not None and part.demand.forgotten_on:
            return FORGOTTEN
        if part is not None and part.written and net_of(money, part, Account.RECEIVABLE):
            return WRITTEN
    return ""


def _money(order: OnlineOrder) -> list[Money]:
    return list(Money.objects.filter(sheet=order.sheet_id).select_related("instalment__demand").order_by("id"))


def order_void(order_id: str, actor: str) -> None:
    """The money has been handed back: undo the 消込 of all of it, in the caller's transaction. Again changes nothing. The caller has asked
    order_void_refused in it."""
    one_writer()
    order = OnlineOrder.objects.get(id=order_id)
    rows = [money for money in _money(order) if money.outcome != Outcome.VOIDED]
    for money in rows:
        if money.instalment is not None:
            money.instalment = Instalment.objects.select_related("demand").get(id=money.instalment.id)
        taken_back(money)
        money.outcome = Outcome.VOIDED
        money.save(update_fields=["outcome"])
        Posting.objects.create(sheet=money.sheet, money=money, debit=Account.SUSPENSE, credit=f"bank:{money.channel}", amount=money.amount,
                               on=money.paid_on)
    if rows:
        audit.record(actor, "order.voided", chain=CHAIN, facts={"order": str(order.id), "money": len(rows), "yen": order.amount})
