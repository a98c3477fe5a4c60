"""取消し of a 消込: money that was set against the wrong 納付書 is nobody's again, and waits for the right one. With a reason, approved by
another person. Nothing is erased: what was posted is posted back, with the day of the payment, so that the 期 stands as if it had never
come."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max, Sum

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.kinds import ours

from .access import section_require, stamps
from .errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from .ledger import CHAIN, one_writer
from .models import Excess, GiveBack, Instalment, Money, Posting, Reminder, Unmatch
from .rules import FORMS, Account, Letter, Outcome

LONGEST = 200
PLACES = (Account.RECEIVABLE, Account.FEE_DUE, Account.LATE, Account.EXCESS)  # where money that came may lie
OWN = ours("オンラインか市の窓口で納められたものは、納めた方の期に入っているので、取り消せません。返すときは「過誤納金」から申し出てください。")
VOIDED = "打ち間違いとして取り消され、お金は返してあります。"
OF_FEE = "手数料に消し込んだ入金は、取り消せません。「支払い」でその手数料を開き、還付を申し出てください。"
GONE = ("この入金の過誤納金は、還付か充当に進んでいるので、取り消せません。"
        "承認待ちと振込待ちは却下してから、済んだ還付は組戻しのあとで、取り消してください。")
WRITTEN = "消し込んだ期は不納欠損になっているので、取り消せません。会計の担当と相談してください。"
FORGOTTEN = "消し込んだ調定は、保存の年数が過ぎて廃棄されたので、取り消せません。"


def unmatch_refused(money: Money) -> str:
    """Why the 消込 of a payment that was found cannot be taken back, in words; empty when it can. Waiting for its answer is no reason."""
    part = money.instalment
    if money.outcome == Outcome.VOIDED:
        return VOIDED
    if money.stage != "final" or (part is None and not (money.outcome in (Outcome.TWICE, Outcome.DIFFERS) or hasattr(money, "fee"))):
        return MoneyMoved.ja
    if money.channel not in FORMS:
        return OWN
    if hasattr(money, "fee"):
        return OF_FEE
    if GiveBack.objects.filter(excess__money=money, state__in=("asked", "approved", "done")).exists():
        return GONE
    if part is not None and part.demand.forgotten_on:
        return FORGOTTEN
    return WRITTEN if part is not None and part.written and net_of(money, part, Account.RECEIVABLE) else ""


def unmatch_of(money: Money) -> Unmatch | None:
    """The one that waits for its answer, of a payment that was found."""
    return Unmatch.objects.filter(money=money, state="asked").first()


def unmatches_waiting(*, actor: Staff) -> list[Unmatch]:
    """All that wait for their answer, the oldest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return list(Unmatch.objects.filter(state="asked").select_related("money").order_by("asked_at", "id"))


@transaction.atomic(durable=True)
def unmatch_ask(*, actor: Staff, money_id: int, reason: str) -> Unmatch:
    """Ask that a 消込 is taken back. Raises DemandNotFound, FormWrong, MoneyMoved that says why it cannot be."""
    money = _money(actor, money_id)
    if refused := unmatch_refused(money):
        raise MoneyMoved(refused)
    if unmatch_of(money) is not None:
        raise MoneyMoved("この消込の取消しは、もう申し出てあります。承認を待ってください。")
    if not 1 <= len(reason) <= LONGEST:
        raise FormWrong([("reason", f"理由を1〜{LONGEST}文字で書いてください。")])
    excess = Excess.objects.filter(money=money, instalment=None).select_related("fee").first()
    number = money.instalment.number if money.instalment else excess.number if excess else money.number
    row = Unmatch(money=money, instalment=money.instalment, number=number, amount=money.amount, reason=reason, asked_by=actor.actor,
                  asked_at=clock.now())
    row.save(force_insert=True)
    _recorded(actor, row, reason)
    return row


@transaction.atomic(durable=True)
def unmatch_answer(*, actor: Staff, money_id: int, approve: bool) -> Unmatch:
    """Approve or decline, by another person who stamps (係長・課長). Raises DemandNotFound, SecondPerson, MoneyMoved."""
    money = _money(actor, money_id)
    row = unmatch_of(money)
    if row is None and stamps(actor):
        raise MoneyMoved
    if row is None or row.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson
    if approve and (refused := unmatch_refused(money) or (MoneyMoved.ja if row.instalment_id != money.instalment_id else "")):
        raise MoneyMoved(refused)
    row.state, row.answered_by, row.answered_at = "done" if approve else "declined", actor.actor, clock.now()
    row.save(update_fields=["state", "answered_by", "answered_at"])
    if approve:
        taken_back(money)
        audit.record(actor.actor, "money.unmatched", chain=CHAIN, facts={
            "money": money.id, "instalment": None, "yen": money.amount, "outcome": money.outcome})
    _recorded(actor, row)
    failpoints.hit("collection.unmatch.before_commit")
    return row


def _money(actor: Staff, money_id: int) -> Money:
    """In the caller's transaction. Raises DemandNotFound."""
    section_require(actor, writes=True)
    one_writer()
    found = Money.objects.select_related("instalment__demand", "fee").filter(id=money_id).first()
    if found is None:
        raise DemandNotFound
    return found


def _recorded(actor: Staff, row: Unmatch, reason: str = "") -> None:
    audit.record(actor.actor, f"unmatch.{row.state}", chain=CHAIN, of=reason or None, facts={
        "unmatch": str(row.id), "money": row.money_id, "instalment": row.instalment_id, "yen": row.amount})


def net_of(money: Money, part: Instalment | None, account: Account) -> int:
    """Yen of a payment, which was found for somebody, that lie on an account."""
    rows = Posting.objects.filter(money=money, instalment=part)
    came, gone = (rows.filter(**{side: account}).aggregate(t=Sum("amount"))["t"] or 0 for side in ("credit", "debit"))
    return int(came) - int(gone)


def taken_back(money: Money) -> None:
    """In the caller's transaction, under one_writer: the payment is nobody's, and its 期 stands without it."""
    part, back = money.instalment, dict[Account, int]()
    for account in PLACES:
        if yen := net_of(money, part, account):
            back[account] = yen
            Posting.objects.create(sheet=money.sheet, money=money, instalment=part, debit=account, credit=Account.SUSPENSE, amount=yen,
                                   on=money.paid_on)
    Excess.objects.filter(money=money).update(amount=0, left=0)
    if part is not None:
        _reopened(part, back)
    money.instalment, money.outcome = None, Outcome.UNKNOWN
    money.save(update_fields=["instalment", "outcome"])


def _reopened(part: Instalment, back: dict[Account, int]) -> None:
    """The 期 without that money: what is paid, whether and when it was settled, the fee of a 督促状 that was right after all."""
    part.paid -= back.get(Account.RECEIVABLE, 0)
    part.late_paid -= back.get(Account.LATE, 0)
    part.fee_paid -= back.get(Account.FEE_DUE, 0)
    if back.get(Account.RECEIVABLE):
        part.settled_on = None
        _fee_again(part)
    part.save(update_fields=["paid", "late_paid", "fee", "fee_paid", "settled_on"])


def _fee_again(part: Instalment) -> None:
    """A fee that was let go because this money seemed to have come before the 督促状 (results._fee_released) is owed again; not one that
    went with a tax that a 更正 took back to nothing."""
    if any(no == part.no and not yen for change in part.demand.changes.all() for no, _, yen, *_ in change.after):
        return
    fee = Reminder.objects.filter(instalment=part, kind=Letter.REMINDER).aggregate(fee=Max("fee"))["fee"] or 0
    if fee > part.fee:
        Posting.objects.create(instalment=part, debit=Account.FEE_DUE, credit=Account.FEE, amount=fee - part.fee, on=clock.today())
        part.fee = fee
