"""取下げ of a file that asks the bank to debit, made by mistake: with a reason, approved by another person, until its 引落日. What was in it
is free for the next request, and what the bank answers to it is refused. A bank that debited all the same is heard once the 取下げ is
undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from .access import section_require, stamps
from .errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson, SheetWrong
from .ledger import CHAIN, one_writer
from .models import DebitRequest, DirectDebit, FeeSlip, Instalment

if TYPE_CHECKING:
    from .formats.received import Received

LONGEST = 200
MARKS = 500
PAST = "引落日になった請求は、取り下げられません。銀行の返事を取り込んでください。"


def _request(actor: Staff, request_id: int) -> DebitRequest:
    """In the caller's transaction. Raises DemandNotFound."""
    section_require(actor, writes=True)
    one_writer()
    found = DebitRequest.objects.filter(id=request_id).first()
    if found is None:
        raise DemandNotFound
    return found


def _recorded(actor: Staff, request: DebitRequest, act: str, reason: str = "") -> DebitRequest:
    request.save()
    audit.record(actor.actor, f"request.{act}", chain=CHAIN, of=reason or None, facts={
        "request": request.id, "debits": request.debits, "yen": request.amount})
    return request


@transaction.atomic(durable=True)
def takeback_ask(*, actor: Staff, request_id: int, reason: str) -> DebitRequest:
    """Ask that a request is taken back. Raises DemandNotFound, FormWrong, MoneyMoved."""
    request = _request(actor, request_id)
    if request.state != "made":
        raise MoneyMoved
    faults = [] if request.on > clock.today() else [("reason", PAST)]
    if not 1 <= len(reason) <= LONGEST:
        faults.append(("reason", f"理由を1〜{LONGEST}文字で書いてください。"))
    if faults:
        raise FormWrong(faults)
    request.state, request.why, request.asked_by, request.answered_by = "asked", reason, actor.actor, ""
    return _recorded(actor, request, "back_asked", reason)


@transaction.atomic(durable=True)
def takeback_answer(*, actor: Staff, request_id: int, approve: bool) -> DebitRequest:
    """Approve or decline, by another person who stamps (係長・課長). Raises DemandNotFound, SecondPerson, MoneyMoved."""
    request = _request(actor, request_id)
    if request.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson
    if request.state != "asked":
        raise MoneyMoved
    if approve and request.on <= clock.today():
        raise MoneyMoved(f"{PAST}申出は却下してください。")
    request.state, request.answered_by = "back" if approve else "made", actor.actor
    if approve:
        _free(request)
    _recorded(actor, request, "taken_back" if approve else "back_declined")
    failpoints.hit("collection.takeback.before_commit")
    return request


@transaction.atomic(durable=True)
def takeback_undo(*, actor: Staff, request_id: int) -> DebitRequest:
    """The bank has debited all the same: the request stands again, and its answer is taken. What another request has asked for
    meanwhile stays there. By a person who stamps. Raises DemandNotFound, SecondPerson, MoneyMoved."""
    request = _request(actor, request_id)
    if not stamps(actor):
        raise SecondPerson
    if request.state != "back":
        raise MoneyMoved
    request.state, request.answered_by = "made", actor.actor
    ids = [row_id for row_id, _ in request.parts]
    for at in range(0, len(ids), MARKS):
        some = ids[at:at + MARKS]
        if request.of_fees:
            FeeSlip.objects.filter(id__in=some, request=None).update(request=request, freed=False)
        else:
            Instalment.objects.filter(id__in=some, debit=None).update(debit=request)
    return _recorded(actor, request, "restored")


def _free(request: DebitRequest) -> None:
    """Its debits are nobody's again, and accounts that were named to the bank for the first time will be once more."""
    fees = FeeSlip.objects.filter(request=request)
    parts = Instalment.objects.filter(debit=request)
    request.parts = list(map(list, (fees if request.of_fees else parts).order_by("id").values_list("id", "number")))
    fees.filter(money=None, stopped_at=None).update(request=None, freed=True)
    parts.update(debit=None)
    for account, code in request.first.items():
        DirectDebit.objects.filter(id=account, code="0").update(code=code)


def answers_refuse(rows: Collection[Received]) -> None:
    """A file of the bank's that answers what was taken back is refused whole, in the caller's transaction and under one_writer.
    Raises SheetWrong."""
    backs = {request.id: request for request in DebitRequest.objects.filter(state="back")}
    told: dict[tuple[dt.date, str], int] = {(r.on, number): r.id for r in backs.values() for _, number in r.parts}
    hits = [(row, told[row.paid_on, row.reference]) for row in rows if (row.paid_on, row.reference) in told] if told else []
    anew = _asked_anew(hits)
    hits = [(row, request) for row, request in hits if (row.paid_on, row.reference) not in anew]
    if hits:
        first, request = hits[0][0], backs[hits[0][1]]
        raise SheetWrong([
            f"{first.record}件目など{len(hits):,}件は、取り下げた口座振替の請求"
            f"(引落日{request.on}、{request.debits:,}件 {request.amount:,}円)への返事です。"
            "取下げが銀行に届いているかを確かめてください。引き落とされていたときは、「口座振替」でその請求の取下げを取り消してから(係長か課長)、"
            "もう一度取り込んでください"])


def _asked_anew(hits: list[tuple[Received, int]]) -> set[tuple[dt.date, str]]:
    """Of these, what another request asks for on the same day: the answer is to that one."""
    numbers, found = sorted({row.reference for row, _ in hits}), set[Any]()
    for at in range(0, len(numbers), MARKS):
        some = Q(number__in=numbers[at:at + MARKS])
        found.update(Instalment.objects.filter(some).exclude(debit=None).values_list("debit__on", "number"))
        found.update(FeeSlip.objects.filter(some).exclude(request=None).values_list("request__on", "number"))
    return found
