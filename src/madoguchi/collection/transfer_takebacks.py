"""取下げ of a 総合振込 that was made by mistake (a wrong day, a file that the bank refuses): with a reason, approved by another person, as a
whole, until its day. What was in it is approved and waits for the next file."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from .access import section_require, stamps
from .errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from .ledger import CHAIN, one_writer
from .models import Excess, GiveBack, Posting, Transfer
from .rules import OUT, Account

LONGEST = 200
PAST = "振込の日になったファイルは、取り下げられません。銀行が振り込めなかった還付は、「過誤納金」で組戻しを記録してください。"
RETURNED = "このファイルには組戻しを記録した還付があるので、取り下げられません。残りの還付も、1件ずつ組戻しを記録してください。"


def _transfer(actor: Staff, transfer_id: int) -> Transfer:
    """In the caller's transaction. Raises DemandNotFound."""
    section_require(actor, writes=True)
    one_writer()
    found = Transfer.objects.filter(id=transfer_id).first()
    if found is None:
        raise DemandNotFound
    return found


def _recorded(actor: Staff, row: Transfer, act: str, reason: str = "") -> Transfer:
    row.save()
    audit.record(actor.actor, f"transfer.{act}", chain=CHAIN, of=reason or None, facts={
        "transfer": row.id, "refunds": row.refunds, "yen": row.amount})
    return row


def _refuse(row: Transfer) -> None:
    """Raises MoneyMoved once the bank has its day, or has given something back."""
    if row.on <= clock.today():
        raise MoneyMoved(PAST)
    if GiveBack.objects.filter(transfer=row).exclude(state="done").exists():
        raise MoneyMoved(RETURNED)


@transaction.atomic(durable=True)
def transfer_back_ask(*, actor: Staff, transfer_id: int, reason: str) -> Transfer:
    """Ask that a 総合振込 is taken back. Raises DemandNotFound, FormWrong, MoneyMoved."""
    row = _transfer(actor, transfer_id)
    if row.state != "made":
        raise MoneyMoved
    _refuse(row)
    if not 1 <= len(reason) <= LONGEST:
        raise FormWrong([(f"reason-{row.id}", f"取下げの理由を1〜{LONGEST}文字で書いてください。")])
    row.state, row.why, row.asked_by, row.answered_by = "asked", reason, actor.actor, ""
    return _recorded(actor, row, "back_asked", reason)


@transaction.atomic(durable=True)
def transfer_back_answer(*, actor: Staff, transfer_id: int, approve: bool) -> Transfer:
    """Approve or decline, by another person who stamps (係長・課長). Raises DemandNotFound, SecondPerson, MoneyMoved."""
    row = _transfer(actor, transfer_id)
    if row.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson
    if row.state != "asked":
        raise MoneyMoved
    if approve:
        _refuse(row)
    row.state, row.answered_by = "back" if approve else "made", actor.actor
    if approve:
        _free(row)
    _recorded(actor, row, "taken_back" if approve else "back_declined")
    failpoints.hit("collection.transfer_back.before_commit")
    return row


def _free(row: Transfer) -> None:
    """Its 還付 are approved again and wait; what was booked for its day is booked back for that day."""
    for back in GiveBack.objects.filter(transfer=row).select_related("excess__money", "excess__instalment").order_by("id"):
        for credit, yen in ((Account.EXCESS, back.amount), (Account.INTEREST, back.interest)):
            if yen:
                Posting.objects.create(money=back.excess.money, instalment=back.excess.instalment, debit=OUT, credit=credit, amount=yen, on=row.on)
        Excess.objects.filter(id=back.excess_id).update(left=F("left") + back.amount)
        back.state, back.transfer = "approved", None
        back.save(update_fields=["state", "transfer"])
