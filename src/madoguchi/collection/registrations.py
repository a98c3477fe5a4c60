"""口座振替 that somebody applied for: the decision on an application becomes the account of a payer for a charge, once, with its history.

Whose tax it is, is certain when the card's person is exactly one resident (docs/adr/0035) and asked for their own; everything else waits
for a clerk, who sees the demand of the 通知書番号 and says whose number it is. Nobody's account pays for somebody by a guess.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.sealing import Column
from madoguchi.register.public import Claim, own_number

from . import accounts
from .access import section_require
from .charges import charges
from .debits import PURPOSE, debit_end
from .errors import DemandNotFound, FormWrong, MoneyMoved
from .ledger import CHAIN, one_writer
from .models import DebitAct, Demand, DirectDebit

ASKED = "debit-asked"
SEALED = (Column(DebitAct, "account", ASKED, "id", "口座振替の申込みの口座"),)
NEW, CHANGE, STOP = "new", "change", "stop"
KINDS = {NEW: "新しい申込み", CHANGE: "口座の変更", STOP: "解約"}
UNKNOWN = "この宛名番号の調定はありません。番号を確かめてください。調定の前に登録するときは、口座のCSVを取り込んでください。"
NOTHING = "この方の、この税・料金の口座は登録されていません。番号を確かめてください。解約するものがないときは「登録しない」を押してください。"
CODES = {NEW: "1", CHANGE: "2"}  # 新規コード of the first request with this account


@dataclass(frozen=True, slots=True)
class Asked:
    """An accepted application as it is handed down. ``key``: the decision. ``on``: the first day, of a 解約 the last. ``claim``: the card's
    person, where it is their own tax; else ``notice`` says whose."""

    key: str
    case_ref: str
    receipt: str
    kind: str
    charges: tuple[str, ...]
    on: dt.date
    account: dict[str, str] | None = None
    claim: Claim | None = None
    notice: str = ""


def registration_take(asked: Asked) -> None:
    """Handler's work: what was accepted is in force, or waits for a clerk. The same decision again changes nothing."""
    with transaction.atomic(durable=True):
        one_writer()
        fresh = [row for charge in asked.charges if (row := _noted(asked, charge))]
        own = asked.claim is not None and bool(fresh)
        payer = own_number(actor="worker", section=charges().section, what="debits.registration", claim=asked.claim, gender="") \
            if own and asked.claim else ""
        for row in fresh:
            if payer and _sound(row):
                _place(row, payer, "worker")
        failpoints.hit("collection.registration.before_commit")


def _noted(asked: Asked, charge: str) -> DebitAct | None:
    """The row of one charge; None when it is there already."""
    key = f"{asked.key}:{charge}"
    if DebitAct.objects.filter(key=key).exists():
        return None
    row = DebitAct(key=key, case_ref=asked.case_ref, receipt=asked.receipt, charge=charge, kind=asked.kind, on=asked.on, notice=asked.notice,
                   at=clock.now())
    if asked.account:
        row.account = accounts.sealed(ASKED, asked.account, str(row.id))
    row.save(force_insert=True)
    audit.record("worker", "debit.asked", chain=CHAIN, facts={"act": str(row.id), "charge": charge, "kind": asked.kind, "on": str(asked.on)})
    return row


def _sound(row: DebitAct) -> bool:
    """Can it be put in force without a person?"""
    return row.charge in charges().all and not faults_of(row)


def account_of(row: DebitAct) -> dict[str, str]:
    """The account that was asked for, empty when there is none (any more)."""
    if row.account is None:
        return {}
    found = accounts.opened(ASKED, row.account, str(row.id))
    return dict(zip(accounts.FIELDS, (found.bank, found.branch, found.kind, found.number, found.holder), strict=True))


def faults_of(row: DebitAct) -> list[str]:
    """Why the bank could not be asked with this account."""
    return [] if row.kind == STOP else [ja for _, ja in accounts.account_faults(account_of(row))]


def _place(row: DebitAct, payer: str, by: str) -> bool:
    """Put it in force, in the caller's transaction. False for a 解約 of what nobody has registered."""
    held = DirectDebit.objects.filter(payer=payer, charge=row.charge, until=None).first()
    if row.kind == STOP and held is None:
        return False
    if held is not None:
        debit_end(held, row.on if row.kind == STOP else row.on - dt.timedelta(days=1))
    if row.kind != STOP:
        account = account_of(row)
        debit = DirectDebit(payer=payer, charge=row.charge, bank=account["bank"], since=row.on, code=CODES[row.kind])
        debit.account = accounts.sealed(PURPOSE, account, str(debit.id))
        debit.save(force_insert=True)
        row.debit = debit
    row.payer, row.state, row.account, row.by, row.done_at = payer, "done", None, by, clock.now()
    row.save()
    audit.record(by, "debit.registered", chain=CHAIN, of=payer,
                 facts={"act": str(row.id), "charge": row.charge, "kind": row.kind, "on": str(row.on)})
    return True


def registration_get(*, actor: Staff, act_id: str) -> DebitAct:
    """An application that somebody decides on, whatever became of it. Raises DemandNotFound."""
    section_require(actor, writes=True)
    row = DebitAct.objects.filter(id=act_id).first()
    if row is None:
        raise DemandNotFound
    return row


def _waiting(actor: Staff, act_id: str) -> DebitAct:
    section_require(actor, writes=True)
    one_writer()
    row = DebitAct.objects.select_for_update().filter(id=act_id).first()
    if row is None:
        raise DemandNotFound
    if row.state != "asked":
        raise MoneyMoved
    return row


@transaction.atomic(durable=True)
def registration_place(*, actor: Staff, act_id: str, payer: str) -> DebitAct:
    """A clerk says whose tax it is. Raises DemandNotFound, MoneyMoved, FormWrong."""
    row, payer = _waiting(actor, act_id), payer.strip()
    if row.charge not in charges().all:
        raise FormWrong([("payer", "この税・料金は、collection.yaml にありません。管理者に知らせてください。")])
    if faults := faults_of(row):
        raise FormWrong([("payer", f"{faults[0]} 申し込んだ方に連絡し、「登録しない」を押してください。")])
    if not Demand.objects.filter(payer=payer).exists():
        raise FormWrong([("payer", UNKNOWN)])
    if not _place(row, payer, actor.actor):
        raise FormWrong([("payer", NOTHING)])
    failpoints.hit("collection.registration.placed")
    return row


@transaction.atomic(durable=True)
def registration_drop(*, actor: Staff, act_id: str) -> None:
    """Nothing comes of it; the applicant is told by letter or telephone. Raises DemandNotFound, MoneyMoved."""
    row = _waiting(actor, act_id)
    row.state, row.account, row.by, row.done_at = "dropped", None, actor.actor, clock.now()
    row.save()
    audit.record(actor.actor, "debit.dropped", chain=CHAIN, facts={"act": str(row.id), "charge": row.charge, "kind": row.kind, "on": str(row.on)})


def registrations_hold(case_ref: str) -> str:
    """Why an application may not be destroyed yet. Empty when there is none."""
    return "口座振替の登録が終わっていません" if DebitAct.objects.filter(case_ref=case_ref, state="asked").exists() else ""


def registrations_forget(case_ref: str) -> dict[str, int]:
    """The application is destroyed: the registrations stay (they are the payer's), and say no more from which one they came."""
    return {"debit_acts": DebitAct.objects.filter(case_ref=case_ref).update(case_ref="", notice="")}
