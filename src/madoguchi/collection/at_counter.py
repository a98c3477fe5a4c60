"""Taxes paid over the counter: a clerk makes the order of a payer who stands there, and room payments takes cash or what a terminal says.
From there on it is an order like those that payers make themselves (online)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.payments import public as payments

from . import mine, online, selectors
from .access import section_require
from .errors import FormWrong
from .models import Demand, OnlineOrder
from .my_errors import OrderBusy

MOST = 999_999_999  # yen: a payment holds no more than nine digits
BOX = "due"
WHY = {
    "told": "速報があり、もう納められた見込みです。二重になるので、確報（入金）を待ってください。",
    "sent": "オンラインか窓口で納められ、帳簿に載るのを待っています。数分待って、開き直してください。",
    "debit": "口座振替で納める期です。二重になるので、窓口では受け取れません。引き落とせなかったと分かれば、受け取れます。",
}
NO_RATE = "延滞金の割合がまだ登録されていないので、今日の額を計算できません。管理者に、率の表を入れるように頼んでください。"
GONE = "保存期間が過ぎて廃棄した調定です。だれの納付か分からないので、窓口では受け取れません。"
PAID = "いま納められている途中か、納められたばかりです。二重になるので受け取らずに、数分待ってこの画面を開き直してください。"
STARTED = ("ご本人のオンラインの支払いが始まっています。二重になるので、もう一つは作れません。"
           "同じ期を受け取るときは、その支払いの画面で受け取ってください。違う期を受け取るときは、ご本人が使っていないことを確かめて、先に「取りやめる」を押してください。")
AWAY = "カード会社につながらず、開いているオンラインの支払い画面を閉じられません。まだ受け取らずに、少し待ってもう一度お試しください。"
FASTER = "同じ方の支払いが、いま別に作られました。この画面を開き直して、確かめてください。"


@dataclass(frozen=True, slots=True)
class Offer:
    """A 期 that is owed; ``why``: why the counter cannot take it, empty where it can."""

    due: mine.Due
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An order of the payer that is not over, with its payment."""

    order: OnlineOrder
    payment: payments.Payment

    @property
    def taken(self) -> bool:
        """Has money come for it, or is it coming?"""
        return self.payment.state in (payments.State.SUBMITTED, payments.State.SUCCESS)


def offers(demand: Demand) -> list[Offer]:
    """What is owed of a demand that was found, the oldest first, with 延滞金 as of today."""
    if demand.forgotten_on is not None:
        return []
    return [Offer(due, WHY.get(due.state, "") or (NO_RATE if due.late is None else ""))
            for due in mine.dues_of(demand.payer) if due.part.demand_id == demand.id]


def order_open(demand: Demand) -> Standing | None:
    """The order of the payer of a demand that was found, whoever made it, and whatever day it is of."""
    if demand.forgotten_on is not None:
        return None
    found = OnlineOrder.objects.filter(payer=demand.payer, state="open").first()
    return Standing(found, online.order_payment(found)) if found else None


def counter_order(*, actor: Staff, demand_id: int, chosen: Collection[str]) -> OnlineOrder:
    """The order of these 期 (by 納付番号) of a demand, with the sums of today and until its end, to be paid at the counter. The same again
    is the same order, whoever made it; another one ends the one before, if nobody has begun to pay that. Raises DemandNotFound, FormWrong."""
    section_require(actor, writes=True)
    demand = selectors.demand_get(actor=actor, demand_id=demand_id)
    lines = online.lines_of(_chosen(demand, chosen), late=True)
    if sum(tax + late for _, tax, late in lines) > MOST:
        raise FormWrong([(BOX, f"一度に受け取れるのは{MOST:,}円までです。いくつかに分けて選んでください。")])
    before = order_open(demand)
    if before is not None:
        if not before.taken and (before.order.lines, before.order.on) == (lines, clock.today()):
            return before.order
        if before.payment.state == payments.State.STARTED and before.order.on == clock.today():
            raise FormWrong([(BOX, STARTED)])
        _end(before, actor)
    try:
        return online.order_write(actor=actor.actor, payer=demand.payer, lines=lines, demand=demand.id)
    except IntegrityError:  # the payer, or another clerk, at the same moment
        raise FormWrong([(BOX, FASTER)]) from None


def _chosen(demand: Demand, chosen: Collection[str]) -> list[mine.Due]:
    """Raises FormWrong."""
    if demand.forgotten_on is not None:
        raise FormWrong([(BOX, GONE)])
    owed = offers(demand)
    if not owed:
        raise FormWrong([(BOX, "この通知書に、いま納めるものはありません。")])
    wanted = [offer for offer in owed if offer.due.part.number in chosen]
    if len(wanted) < len(set(chosen)):
        raise FormWrong([(BOX, "選んだ期のうち、もう納められたものがあります。残りを確かめて、選び直してください。")])
    if not wanted:
        raise FormWrong([(BOX, "受け取る期を選んでください。")])
    refused = [(BOX, f"{offer.due.part.no}期: {offer.why}") for offer in wanted if offer.why]
    if refused:
        raise FormWrong(refused)
    return [offer.due for offer in wanted]


def counter_end(*, actor: Staff, demand_id: int) -> None:
    """Nobody pays the open order of the payer of a demand any more; without one nothing is done. Raises DemandNotFound, FormWrong."""
    section_require(actor, writes=True)
    before = order_open(selectors.demand_get(actor=actor, demand_id=demand_id))
    if before is not None:
        _end(before, actor)


def _end(before: Standing, actor: Staff) -> None:
    try:
        online.order_end(order=before.order, actor=actor.actor)
    except OrderBusy:
        raise FormWrong([(BOX, PAID)]) from None
    except payments.ProviderAway:
        raise FormWrong([(BOX, AWAY)]) from None
