"""過誤納金 goes back: 充当 to another due of the same payer, or 還付 by 総合振込. Asked for by one person, approved by another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Sum

from madoguchi.files.public import file_write
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.sealing import Column
from madoguchi.payments.public import refund_reported, void_waits

from . import accounts
from .access import section_require, stamps
from .charges import TRANSFER
from .city_formats import layout, line_end
from .debits import sender
from .errors import DemandNotFound, FormWrong, MoneyMoved, NothingToPrint, SecondPerson
from .ledger import CHAIN, one_writer
from .looks import nothing_comes
from .models import Excess, GiveBack, Instalment, OnlineOrder, Posting, Transfer
from .remind import back_told
from .rules import OUT, STOPPED, Account

if TYPE_CHECKING:
    from .formats.errors import RowRefused
    from .formats.zengin import Transfer as Order

PURPOSE = "refund-account"
SEALED = (Column(GiveBack, "account", PURPOSE, "id", "還付の振込先の口座"),)
TOLD = dt.timedelta(days=400)  # so long after its day a transfer is looked at: a worker that stood still for that long is no worker
KINDS = {"1": "普通", "2": "当座", "4": "貯蓄"}


def excess_get(*, actor: Staff, excess_id: int) -> Excess:
    """One excess. Raises DemandNotFound."""
    section_require(actor, writes=False)
    found = Excess.objects.select_related("money", "instalment__demand", "fee").filter(id=excess_id).first()
    if found is None:
        raise DemandNotFound
    return found


def free(excess: Excess) -> int:
    """Yen that are neither gone nor asked for."""
    asked = GiveBack.objects.filter(excess=excess, state__in=("asked", "approved")).aggregate(t=Sum("amount"))["t"] or 0
    return excess.left - int(asked)


def account_shown(back: GiveBack) -> str:
    """Where a 還付 that is not over goes, for who approves it, or asked for it: to be compared with what the payer wrote. The caller has
    found the excess for this person."""
    if back.kind != "refund" or back.state not in ("asked", "approved"):
        return ""
    return accounts.account_words(accounts.opened(PURPOSE, back.account, str(back.id)))


def dues_of(excess: Excess) -> list[Instalment]:
    """What the same payer still owes, the oldest first: what an excess may be set against. What the bank is asked for, or a 速報 says is paid,
    would be paid twice."""
    if excess.instalment is None:
        return []  # who paid a fee is not known here
    rows = Instalment.objects.filter(nothing_comes(clock.today()), demand__payer=excess.instalment.demand.payer, settled_on=None)
    return list(rows.select_related("demand").order_by("due", "id"))


def _begin(actor: Staff, excess_id: int, amount: int) -> Excess:
    """In the caller's transaction: the excess, with that much of it free. Raises DemandNotFound, FormWrong."""
    section_require(actor, writes=True)
    one_writer()
    excess = excess_get(actor=actor, excess_id=excess_id)
    order = OnlineOrder.objects.filter(sheet=excess.money.sheet_id).values_list("id", flat=True).first()
    if order is not None and void_waits(str(order)):
        raise FormWrong([("amount", "この入金は、打ち間違いの取消しが申し出られています。取消しが済むか、却下されるまで返せません。")])
    if not 0 < amount <= free(excess):
        raise FormWrong([("amount", f"返せるのは1円から{free(excess):,}円までです。金額を直してください。")])
    return excess


@transaction.atomic(durable=True)
def offset_ask(*, actor: Staff, excess_id: int, amount: int, target_id: int, since: dt.date | None = None) -> GiveBack:
    """充当: ask for a sum to be set against another due of the same payer. ``since``: as refund_ask has it. Raises DemandNotFound, FormWrong."""
    excess = _begin(actor, excess_id, amount)
    target = next((d for d in dues_of(excess) if d.id == target_id), None)
    if target is None:
        raise FormWrong([("target", "充当する期別を選んでください。")])
    if amount > target.amount - target.paid:
        raise FormWrong([("amount", f"この期別の残りは{target.amount - target.paid:,}円です。金額を直してください。")])
    if faults := _since_faults(excess, since):
        raise FormWrong(faults)
    return _asked(actor, GiveBack(excess=excess, kind="offset", amount=amount, target=target, since=since))


def _since_faults(excess: Excess, since: dt.date | None) -> list[tuple[str, str]]:
    if since is None or since > excess.money.paid_on:
        return []
    return [("since", f"還付加算金の起算日は、納付の日({excess.money.paid_on})より後にしてください。")]


@transaction.atomic(durable=True)
def refund_ask(*, actor: Staff, excess_id: int, amount: int, account: Mapping[str, str], since: dt.date | None) -> GiveBack:
    """還付: ask for a sum to be transferred. ``since``: 還付加算金 is counted from this day (地方税法17条の4; which day that is, a
    person decides). Raises DemandNotFound, FormWrong."""
    excess, account = _begin(actor, excess_id, amount), accounts.from_passbook(account)
    if faults := accounts.account_faults(account, KINDS, TRANSFER) + _since_faults(excess, since):
        raise FormWrong(faults)
    back = GiveBack(excess=excess, kind="refund", amount=amount, since=since)
    back.account = accounts.sealed(PURPOSE, account, str(back.id))
    return _asked(actor, back)


def _asked(actor: Staff, back: GiveBack) -> GiveBack:
    back.asked_by, back.asked_at = actor.actor, clock.now()
    back.save(force_insert=True)
    audit.record(actor.actor, f"{back.kind}.asked", chain=CHAIN, facts={
        "back": str(back.id), "excess": back.excess_id, "yen": back.amount, "target": back.target_id})
    return back


@transaction.atomic(durable=True)
def back_answer(*, actor: Staff, back_id: str, approve: bool, why: str = "") -> GiveBack:
    """Approve or decline, by another person who stamps (係長・課長). An approved 充当 is posted at once, a 還付 waits for its transfer;
    until then it may still be declined: after its 通知書 with a reason (``why``: a key of STOPPED), which the payer is told. Raises
    DemandNotFound, SecondPerson, MoneyMoved, RateMissing, FormWrong."""
    section_require(actor, writes=True)
    one_writer()
    back = GiveBack.objects.select_related("excess__money", "excess__instalment__demand", "target").filter(id=back_id).first()
    if back is None:
        raise DemandNotFound
    if back.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson
    if back.state != "asked" and (approve or back.state != "approved"):
        raise MoneyMoved
    stops = not approve and back.state == "approved"
    if stops and (why or back.told_on) and why not in STOPPED:
        raise FormWrong([(f"why-{back.id}", "通知書を作った還付をやめる理由を選んでください。納めた方が画面で読みます。")])
    back.why = why if stops else ""
    back.approved_by, back.state, back.interest = actor.actor, "approved" if approve else "declined", 0
    if approve and back.since:
        back.interest = _interest(back)
    if approve and back.kind == "offset":
        _offset(back)
    back.save()
    if approve and back.excess.instalment:
        back_told(back.excess.instalment.demand.payer, str(back.id), back.kind)
    elif back.why and back.excess.instalment:
        back_told(back.excess.instalment.demand.payer, f"{back.id}:stopped", "stopped")
    audit.record(actor.actor, f"{back.kind}.{back.state}", chain=CHAIN, facts={
        "back": str(back.id), "excess": back.excess_id, "yen": back.amount, "interest": back.interest} | ({"why": back.why} if back.why else {}))
    failpoints.hit("collection.back.before_commit")
    return back


def _interest(back: GiveBack) -> int:
    from .city_rates import rates
    from .late import refund_interest

    assert back.since
    return refund_interest(amount=back.amount, since=back.since, until=clock.today(), rates=rates()).amount


def _offset(back: GiveBack) -> None:
    """Post a 充当 with its 還付加算金: what the due has no room for is 過誤納金. Raises MoneyMoved when the due was paid meanwhile."""
    assert back.target
    due, on = Instalment.objects.get(id=back.target.id), clock.today()
    left = due.amount - due.paid - due.written
    if left < back.amount:
        raise MoneyMoved("充当する先の期別が、そのあいだに納付されたか、不納欠損になりました。却下して、もう一度申し出てください。")
    if not Instalment.objects.filter(nothing_comes(on), id=due.id).exists():
        raise MoneyMoved("充当する先の期別は、口座振替を頼んであるか、速報があります。二重になるので、結果が出てから承認するか、却下してください。")
    more = min(back.interest, left - back.amount)
    for debit, yen in ((Account.EXCESS, back.amount), (Account.INTEREST, more)):
        if yen:
            Posting.objects.create(money=back.excess.money, instalment=due, debit=debit, credit=Account.RECEIVABLE, amount=yen, on=on)
    if rest := back.interest - more:
        _interest_left(back.excess, rest, on)
    due.paid += back.amount + more
    due.settled_on = on if due.paid == due.amount else None
    due.save(update_fields=["paid", "settled_on"])
    _gone(back)


def _interest_left(excess: Excess, yen: int, on: dt.date) -> None:
    Posting.objects.create(money=excess.money, instalment=excess.instalment, debit=Account.INTEREST, credit=Account.EXCESS, amount=yen, on=on)
    Excess.objects.create(money=excess.money, instalment=excess.instalment, fee=excess.fee, why="interest", amount=yen, left=yen, found_on=on)


def _gone(back: GiveBack) -> None:
    excess = Excess.objects.get(id=back.excess_id)
    excess.left -= back.amount
    excess.save(update_fields=["left"])
    back.state = "done"


def refunds_tell(today: dt.date | None = None) -> int:
    """For the worker: fees whose 総合振込 has had its day have gone back; until then its file may be taken back. Returns how many were told.
    Telling it again changes nothing."""
    day = today or clock.today()
    rows = GiveBack.objects.filter(kind="refund", state="done", excess__left=0, transfer__on__lte=day, transfer__on__gt=day - TOLD,
                                   transfer__state="made").exclude(excess__order=None)
    told = 0
    for back in rows.select_related("excess").order_by("id"):
        with transaction.atomic(durable=True):
            told += refund_reported(refund_id=str(back.excess.order), actor=back.approved_by)
            failpoints.hit("collection.refund_told.before_commit")
    return told


@transaction.atomic(durable=True)
def transfer_make(*, actor: Staff, on: dt.date) -> Transfer:
    """One 総合振込 file with every approved 還付, for the bank to transfer on a day. Raises DemandNotFound, FormWrong, NothingToPrint."""
    from .formats.errors import RowRefused as Refused
    from .formats.zengin import transfer_file

    section_require(actor, writes=True)
    one_writer()
    if on <= clock.today():
        raise FormWrong([("on", "振込の日は、明日より後にしてください。")])
    rows = GiveBack.objects.select_related("excess__money", "excess__instalment", "excess__fee").filter(kind="refund", state="approved")
    backs = list(rows.order_by("asked_at", "id"))
    if not backs:
        raise NothingToPrint("承認されて、まだ振り込んでいない還付はありません。")
    try:
        data = b"".join(transfer_file(layout(TRANSFER), sender(), on, map(_order, backs), line_end=line_end(TRANSFER)))
    except Refused as refused:
        raise FormWrong([("on", _stopped(refused, backs))]) from None
    kept = file_write(data=data, name=f"sougou-furikomi-{on}.txt", kind="application/octet-stream", owner="collection")
    total = sum(back.amount + back.interest for back in backs)
    transfer = Transfer.objects.create(on=on, refunds=len(backs), amount=total, file_id=kept.id, by=actor.actor, at=clock.now())
    for back in backs:
        _paid_out(back, transfer)
    audit.record(actor.actor, "refunds.transferred", chain=CHAIN, facts={
        "transfer": transfer.id, "refunds": len(backs), "yen": total, "sha256": kept.sha256})
    failpoints.hit("collection.transfer.before_commit")
    return transfer


def _stopped(refused: RowRefused, backs: list[GiveBack]) -> str:
    """Which 還付 it is that the file cannot hold, and what to do."""
    if not refused.row:
        return refused.ja
    back = backs[refused.row - 1]
    return (f"納付番号 {back.excess.number} の還付 {back.amount:,}円が、ファイルに書けません({refused.field}: {refused.why})"
            "「過誤納金」でその還付を却下し(係長か課長)、書き直した口座で申し出てください。ほかの還付は、そのあとで作れます。")


def _paid_out(back: GiveBack, transfer: Transfer) -> None:
    for debit, yen in ((Account.EXCESS, back.amount), (Account.INTEREST, back.interest)):
        if yen:
            Posting.objects.create(money=back.excess.money, instalment=back.excess.instalment, debit=debit, credit=OUT, amount=yen, on=transfer.on)
    _gone(back)
    back.transfer = transfer
    back.save(update_fields=["state", "transfer"])


@transaction.atomic(durable=True)
def back_returned(*, actor: Staff, back_id: str) -> GiveBack:
    """組戻し: the bank could not pay out a 還付 and the money is here again. It is 過誤納金 again, to be asked for once more with another
    account; what went to the bank stays in the books. Recorded by another person than who asked for it, who stamps: it lets the same sum
    go out once more. Raises DemandNotFound, SecondPerson, MoneyMoved."""
    section_require(actor, writes=True)
    one_writer()
    back = GiveBack.objects.select_related("excess__money", "excess__instalment").filter(id=back_id).first()
    if back is None:
        raise DemandNotFound
    if back.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson("組戻しは、還付を申し出た人のほかの、係長か課長が記録します。")
    if back.state != "done" or back.transfer_id is None:
        raise MoneyMoved
    for credit, yen in ((Account.EXCESS, back.amount), (Account.INTEREST, back.interest)):
        if yen:
            Posting.objects.create(money=back.excess.money, instalment=back.excess.instalment, debit=OUT, credit=credit, amount=yen,
                                   on=clock.today())
    Excess.objects.filter(id=back.excess_id).update(left=F("left") + back.amount)
    back.state = "returned"
    back.save(update_fields=["state"])
    audit.record(actor.actor, "refund.returned", chain=CHAIN, facts={
        "back": str(back.id), "excess": back.excess_id, "yen": back.amount, "interest": back.interest})
    return back


def _order(back: GiveBack) -> Order:
    from .formats.zengin import Transfer as One

    account = accounts.opened(PURPOSE, back.account, str(back.id))
    return One(back.excess.number, account, back.amount + back.interest)
