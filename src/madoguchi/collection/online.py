"""Taxes paid online, or over the counter (at_counter): an order fixes the sums, room payments takes the money, and what it took is set
against what is due by the rules of every other payment (results). Whatever cannot be set so becomes 過誤納 or 未整理: nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.said import say
from madoguchi.payments import public as payments

from . import mine
from .charges import charges
from .ledger import CHAIN
from .models import Instalment, OnlineOrder
from .my_errors import NotShown, OrderBusy, OrderStale, OrderWrong
from .rules import CHANNELS, ONLINE, TAKEN

SUBJECT = "税・料金の納付"
Lines = list[list[Any]]


def online() -> bool:
    """Can taxes be paid here and now?"""
    return charges().online.pays and payments.online()


def lines_of(dues: Collection[mine.Due], *, late: bool) -> Lines:
    """What an order of these 期 says, with or without 延滞金."""
    return [[due.part.number, due.left, (due.late or 0) if late else 0] for due in dues if due.left or late]


def order_make(*, owner: Owner, payer: str, chosen: Collection[str]) -> OnlineOrder:
    """An order of these 期 (by 納付番号), with the sums of today. The same again is the same order; another one ends the one before.
    The caller has answered who the payer is. Raises OrderWrong, OrderBusy, ProviderAway."""
    if not online():
        raise OrderWrong(say("いまは、オンラインで納められません。お手元の納付書で納めてください。"))
    lines = lines_of([due for due in mine.dues_of(payer) if due.payable and due.part.number in chosen], late=charges().online.late)
    amount = sum(tax + late for _, tax, late in lines)
    if not lines:
        raise OrderWrong(say("納めるものを選んでください。"))
    if amount > charges().online.most:
        raise OrderWrong(say("一度に納められるのは{most}円までです。いくつかに分けて選んでください。", most=f"{charges().online.most:,}"))
    before = OnlineOrder.objects.filter(payer=payer, state="open").first()
    if before is not None:
        if (before.lines, before.on) == (lines, clock.today()):
            return before
        order_end(order=before, actor=owner.actor)
    try:
        return order_write(actor=owner.actor, payer=payer, lines=lines)
    except IntegrityError:  # a second click was faster
        raise OrderBusy from None


@transaction.atomic(durable=True)
def order_write(*, actor: str, payer: str, lines: Lines, **facts: Any) -> OnlineOrder:
    """The order and its payment, for a caller that has fixed the sums and found no other order open. ``facts`` go into the record of it.
    Raises IntegrityError when another was faster."""
    today, amount = clock.today(), sum(tax + late for _, tax, late in lines)
    order = OnlineOrder.objects.create(payer=payer, on=today, lines=lines, amount=amount, at=clock.now())
    payments.payment_make(
        key=f"{payments.BOOKS}{order.id}", case_ref=str(order.id), receipt=f"T{order.id.hex[:11].upper()}", section=charges().section,
        subject=SUBJECT, lines=[line for row in lines for line in _told(*row)], amount=amount, actor=actor,
        due_at=dt.datetime.combine(today, dt.time(23, 59, 59), clock.JST))
    audit.record(actor, "online.ordered", chain=CHAIN, facts={"order": str(order.id), "instalments": len(lines), "yen": amount} | facts)
    failpoints.hit("collection.online.before_commit")
    return order


def _told(number: str, tax: int, late: int) -> list[dict[str, Any]]:
    """How a 期 stands on the payment."""
    part = Instalment.objects.select_related("demand").get(number=number)
    found = charges().all.get(part.demand.charge)
    name = f"{found.name if found else part.demand.charge} {part.demand.year}年度 第{part.no}期"
    sums = [{"label": name + ("(督促手数料を含む)" if part.fee > part.fee_paid else ""), "unit": tax, "count": 1, "sum": tax}] if tax else []
    return [*sums, *([{"label": f"{name} 延滞金", "unit": late, "count": 1, "sum": late}] if late else [])]


def order_get(*, payer: str, order_id: str) -> OnlineOrder:
    """An order of this payer. Raises NotShown."""
    found = OnlineOrder.objects.filter(id=order_id, payer=payer).first()
    if found is None:
        raise NotShown
    return found


def order_payment(order: OnlineOrder) -> payments.Payment:
    """The payment of an order that was found."""
    found = payments.payment_of_case(str(order.id))
    assert found is not None, "an order and its payment are made in one transaction"
    return found


def order_start(*, order: OnlineOrder, language: str, actor: str) -> str:
    """The address of the card's page. Raises OrderStale when the sums are not those of the order any more (it ends then), OrderBusy,
    PaymentClosed, ProviderAway, ProviderUnknown."""
    numbers = {line[0] for line in order.lines}
    now = lines_of([due for due in mine.dues_of(order.payer) if due.payable and due.part.number in numbers], late=charges().online.late)
    if order.state != "open" or (now, clock.today()) != (order.lines, order.on):
        order_end(order=order, actor=actor)
        raise OrderStale
    back = f"{settings.BASE_URL}/my/taxes/pay/{order.id}/back/"
    return payments.payment_start(payment_id=str(order_payment(order).id), means="card", back=back, language=language, actor=actor)


def order_confirm(*, order: OnlineOrder, actor: str) -> None:
    """Back from the card's page: ask how it went."""
    payments.payment_confirm(payment_id=str(order_payment(order).id), actor=actor)


def order_receipt(*, order: OnlineOrder) -> bytes:
    """The 領収証 of an order that was found and is paid. Raises NotShown."""
    payment = order_payment(order)
    if payment.state != payments.State.SUCCESS:
        raise NotShown
    return payments.paid_pdf(payment)


def order_end(*, order: OnlineOrder, actor: str) -> None:
    """Nobody can pay this order any more. Raises OrderBusy when somebody has, or the card company has not answered; ProviderAway."""
    if order.state == "open":
        payment = order_payment(order)
        if payment.state in payments.OPEN:
            try:
                payments.payment_cancel(payment_id=str(payment.id), actor=actor)
            except payments.PaymentClosed:
                raise OrderBusy from None
        elif payment.state == payments.State.SUCCESS:
            raise OrderBusy
        OnlineOrder.objects.filter(id=order.id, state="open").update(state="over")


def payment_changed(message: outbox.Envelope) -> None:
    """Handler of payments' Changed: what was paid comes into the books, what was not is over. The same message again changes nothing."""
    order = OnlineOrder.objects.filter(id=message.payload["case"]).first()
    if order is None:
        return
    if message.payload["state"] == payments.State.SUCCESS:
        _posted(order)
    elif message.payload["state"] in (payments.State.CANCELLED, payments.State.EXPIRED):
        OnlineOrder.objects.filter(id=order.id, state="open").update(state="over")


def _posted(order: OnlineOrder) -> None:
    """Into the books, as a file of one order: kept, counted and compared each night like every other. The day of the payment is the
    day whose sums it is of; the order could not be paid on another."""
    from .formats.received import Received
    from .results import Results, results_take

    payment = order_payment(order)
    rows = [Received(n, 0, number, tax + late, order.on, TAKEN[payment.means], "final", "") for n, (number, tax, late) in enumerate(order.lines, 1)]
    data = json.dumps({"order": str(order.id), "payment": str(payment.id), "means": payment.means, "on": str(order.on), "lines": order.lines})
    sheet, _ = results_take(actor="worker", results=Results(ONLINE, f"{CHANNELS[TAKEN[payment.means]]} {payment.receipt}", data.encode(), rows))
    with transaction.atomic(durable=True):
        OnlineOrder.objects.filter(id=order.id).update(state="posted", sheet=sheet)
        failpoints.hit("collection.online.posted")
