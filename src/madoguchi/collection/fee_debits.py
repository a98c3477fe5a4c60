"""A fee that is debited from an account which its payer has registered for taxes. The order is a number like that of a slip (fees): the
bank's answer comes as a file of results and is placed by the same rules; what is here is whose account, and the file that asks for it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from madoguchi.identity.public import Owner, Staff
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.sealing import Column
from madoguchi.payments.public import DEBIT, Payment, ProviderUnknown, debit_days, report_apply_in

from . import accounts, mine
from .access import section_require
from .debits import PURPOSE as REGISTERED
from .debits import by_bank, request_write
from .errors import FormWrong, NothingToPrint
from .fees import Slip, fee_report, fee_seen, order_row
from .ledger import CHAIN, one_writer
from .models import FEES, DebitRequest, DirectDebit, FeeDebit, FeeSlip

PURPOSE = "fee-debit-account"
SEALED = (Column(FeeDebit, "account", PURPOSE, "payment", "手数料を引き落とす口座"),)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account as its owner knows it again."""

    bank: str
    tail: str


def _registered(owner: Owner) -> DirectDebit | None:
    """The newest account in force of the person who is signed in."""
    payer, today = mine.payer_of(owner, "fees.debit"), clock.today()
    rows = [row for row in mine.debits_of_payer(payer) if row.since <= today] if payer else []
    return max(rows, key=lambda row: row.since, default=None)


def _in_time(payment: Payment) -> bool:
    return payment.due_at is None or payment.due_at.astimezone(clock.JST).date() >= clock.today() + dt.timedelta(days=debit_days())


def account_offered(*, owner: Owner | None, payment: Payment) -> OwnAccount | None:
    """The account from which this person's fee can be debited; None where the city takes none so, nobody knows an account of theirs, or
    the last day is too near. The caller has answered whose the fee is."""
    if not debit_days() or owner is None or not owner.natural or not _in_time(payment):
        return None
    row = _registered(owner)
    return OwnAccount(accounts.bank_words(row.bank), accounts.opened(REGISTERED, row.account, str(row.id)).number[-3:]) if row else None


@transaction.atomic
def account_choose(*, owner: Owner, payment: Payment) -> None:
    """Its owner wants this fee debited from there. The caller has answered whose the fee is. Raises ProviderUnknown."""
    row = _registered(owner) if debit_days() and owner.natural and _in_time(payment) else None
    if row is None:
        raise ProviderUnknown
    debit_note(payment=str(payment.id), row=row)
    audit.record(owner.actor, "fee_debit.chosen", chain=CHAIN, facts={"payment": str(payment.id), "yen": payment.amount})


def debit_note(*, payment: str, row: DirectDebit) -> None:
    """Keep which account pays a payment, in the caller's transaction: a copy, as it was when its owner said so."""
    found = accounts.opened(REGISTERED, row.account, str(row.id))
    cells = dict(zip(accounts.FIELDS, (found.bank, found.branch, found.kind, found.number, found.holder), strict=True))
    sealed = keys.seal(PURPOSE, json.dumps(cells, ensure_ascii=False).encode(), bound_to=payment)
    FeeDebit.objects.update_or_create(payment=UUID(payment), defaults={"payer": row.payer, "account": sealed, "at": clock.now()})


def debit_begin(*, key: str, payment: str, words: str, amount: int, until: dt.date) -> Slip | None:
    """The order to debit, once per key. None when nobody has said from which account."""
    if not FeeDebit.objects.filter(payment=payment).exists():
        return None
    row = order_row(key=key, payment=payment, words=words, amount=amount, until=until, means=DEBIT)
    return fee_seen(row) if row else None


def debit_of_payment(payment: Payment) -> Slip | None:
    """The order that was made last for a payment, for a room above that has checked whose it is."""
    row = FeeSlip.objects.filter(payment=payment.id, stopped_at=None, means=DEBIT).order_by("-id").first()
    return fee_seen(row) if row else None


def waiting() -> list[FeeSlip]:
    """Orders that no request holds yet, the oldest first."""
    return list(FeeSlip.objects.filter(means=DEBIT, money=None, stopped_at=None, request=None).order_by("id"))


@transaction.atomic(durable=True)
def fee_request_make(*, actor: Staff, on: dt.date) -> list[DebitRequest]:
    """The files that ask the banks for every fee that is to be debited, each once. What was paid otherwise meanwhile is left out; who is
    in them waits for the bank's answer. Raises DemandNotFound, FormWrong, NothingToPrint."""
    from .formats.zengin import Debit

    section_require(actor, writes=True)
    one_writer()
    if on <= clock.today():
        raise FormWrong([("fees_on", "引落日は、明日より後にしてください。")])
    rows = [row for row in waiting() if row.freed or (row.until >= on and _asked(row, actor))]  # who was freed has been told to wait
    if not rows:
        raise NothingToPrint("引き落とす手数料は、ありません。使える期限が引落日より前のものは入りません。")
    held = {row.payment: accounts.opened(PURPOSE, row.account, str(row.payment))
            for row in FeeDebit.objects.filter(payment__in=[row.payment for row in rows])}
    made = []
    for bank, some in by_bank(rows, lambda row: held[row.payment].bank).items():
        request = request_write(by=actor.actor, bank=bank, charge=FEES, due=on, on=on, box="fees_on",
                                asked=[Debit(row.number, held[row.payment], row.amount) for row in some])
        FeeSlip.objects.filter(id__in=[row.id for row in some]).update(request=request, freed=False)
        made.append(request)
    failpoints.hit("collection.fee_request.before_commit")
    return made


def _asked(row: FeeSlip, actor: Staff) -> bool:
    """Does its payment still wait for money? Then it waits for the bank from now on."""
    return report_apply_in(provider=DEBIT, report=fee_report(row, "waiting"), actor=actor.actor) == "applied"
