"""納付書 of fees (手数料). A fee is a payment of the room below and no demand: its slip is an order there, and what files of banks and
shops tell of it is reported there like a gateway's notice, in the transaction that books the money."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.payments.public import DEBIT, SLIP, Payment, Report, report_apply_in

from .charges import charges
from .demand_sheet import TRIAL
from .ledger import CHAIN, one_writer
from .models import Excess, FeeSlip, Money, Posting
from .rules import Account, Outcome

if TYPE_CHECKING:
    from .slips.parts import Notice

CURRENCY = "jpy"
# payments of nobody whose number is a fee's: they are set aside, before the others are posted as nobody's
CLAIM = """
UPDATE collection_money SET outcome = 'fee' WHERE id BETWEEN %s AND %s AND outcome = 'unknown'
  AND number IN (SELECT number FROM collection_feeslip)"""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as other rooms see it."""

    number: str
    until: dt.date
    prompt_on: dt.date | None
    paid: bool


def fees_ready() -> bool:
    """Can slips for fees be made? In production not with the numbers of the trial: nobody could pay them."""
    found = charges()
    return found.fees is not None and (not settings.PRODUCTION or _own())


def _own() -> bool:
    """Has the city got numbers of its own for fees?"""
    found = charges()
    return found.fees is not None and bool(found.fees.head) and not found.codes.trial


def _number(serial: int) -> str:
    found = charges().fees
    assert found
    return f"{found.head}{serial:0{20 - len(found.head)}d}" if _own() else f"{TRIAL}8{serial:013d}"  # demands of the trial never come to 8…


def fee_begin(*, key: str, payment: str, words: str, amount: int, until: dt.date) -> Slip | None:
    """The slip of an order, once per key. None when the city makes none."""
    row = order_row(key=key, payment=payment, words=words, amount=amount, until=until, means=SLIP) if fees_ready() else None
    return fee_seen(row) if row else None


def order_row(*, key: str, payment: str, words: str, amount: int, until: dt.date, means: str) -> FeeSlip | None:
    """The row of an order with its own 納付番号, once per key. None where the city has no numbers for fees."""
    if charges().fees is None:
        return None
    with transaction.atomic(durable=True):
        one_writer()
        row = FeeSlip.objects.filter(key=key).first()
        if row is None:
            serial = (FeeSlip.objects.aggregate(last=Max("id"))["last"] or 0) + 1  # nobody else writes now
            row = FeeSlip.objects.create(key=UUID(key), payment=UUID(payment), means=means, words=words[:160], number=_number(serial), amount=amount,
                                         until=until, confirm=f"{secrets.randbelow(10**6):06d}", made_at=clock.now())
            audit.record("system", "fee_slip.made", chain=CHAIN, facts={"fee": row.id, "yen": amount, "until": str(until)})
            failpoints.hit("collection.fee.before_commit")
    return row


def fee_seen(row: FeeSlip) -> Slip:
    """An order that was found, as other rooms see it."""
    return Slip(row.number, row.until, row.prompt_on, row.money_id is not None)


def fee_report(row: FeeSlip, state: str) -> Report:
    """What payments are told of an order that was found."""
    return Report(row.number, state, row.amount, CURRENCY, str(row.money_id or ""), str(row.key))


def fee_stand(number: str) -> Report | None:
    """How an order stands, for who asks by its 納付番号."""
    row = FeeSlip.objects.filter(number=number).first()
    return fee_report(row, _state(row)) if row else None


def _state(row: FeeSlip) -> str:
    if row.money_id is not None:
        return "paid"
    if row.prompt_on or ((row.request_id or row.freed) and row.stopped_at is None):
        return "waiting"
    return "over" if row.stopped_at else "open"


def fee_stop(number: str) -> Report | None:
    """Nobody shall pay it any more: no page gives it out again. The paper is out there, and what is paid by it is still taken."""
    with transaction.atomic(durable=True):
        one_writer()
        row = FeeSlip.objects.filter(number=number).first()
        if row and row.stopped_at is None and _state(row) == "open":
            row.stopped_at = clock.now()
            row.save(update_fields=["stopped_at"])
            failpoints.hit("collection.fee_stop.before_commit")
    return fee_report(row, _state(row)) if row else None


def fee_back(*, key: str, money: int, amount: int) -> str | None:
    """A fee that goes back becomes 過誤納金, from where people transfer it. Once per key; the number of it, or None where there is no
    such money or not so much of it."""
    with transaction.atomic(durable=True):
        one_writer()
        found = Excess.objects.filter(order=key).first()
        row = FeeSlip.objects.filter(money=money).select_related("money").first()
        if found is None and (row is None or not 0 < amount <= row.amount - row.returned):
            return None
        if found is None:
            assert row and row.money
            Posting.objects.create(sheet_id=row.money.sheet_id, money=row.money, debit=Account.OFFICE_FEE, credit=Account.EXCESS, amount=amount,
                                   on=clock.today())
            found = _excess(row, row.money, "fee", amount, UUID(key))
            row.returned += amount
            row.save(update_fields=["returned"])
            audit.record("worker", "fee.returned", chain=CHAIN, facts={"fee": row.id, "excess": found.id, "yen": amount})
            failpoints.hit("collection.fee_back.before_commit")
    return str(found.id)


def fee_over(payment_id: str) -> int:
    """Yen that were paid for a fee by 納付書 or debit beyond it (twice, another sum) and have not gone back yet."""
    rows = Excess.objects.filter(fee__payment=payment_id, order=None, left__gt=0)
    return sum(rows.values_list("left", flat=True))


def _excess(row: FeeSlip, money: Money, why: str, amount: int, order: UUID | None = None) -> Excess:
    return Excess.objects.create(money=money, fee=row, why=why, amount=amount, left=amount, order=order, found_on=clock.today())


def fees_place(span: list[int]) -> None:
    """Place what a file tells of fees, in the caller's transaction and under one_writer."""
    rows = Money.objects.filter(id__range=span, outcome="fee").order_by("id")
    for money in rows:
        _place(money, FeeSlip.objects.get(number=money.number), f"bank:{money.channel}")


def fee_match(money: Money, number: str) -> bool:
    """Set money of nobody against the fee of this number, in the caller's transaction and under one_writer. False: no such fee."""
    row = FeeSlip.objects.filter(number=number).first()
    if row:
        _place(money, row, Account.SUSPENSE)
    return row is not None


def _place(money: Money, row: FeeSlip, source: str) -> None:
    """``source`` is the account that the sum leaves."""
    if money.stage == "final":
        money.outcome = _paid(money, row, source)
    else:
        money.outcome = _told(money, row)
    money.save(update_fields=["outcome"])


def _told(money: Money, row: FeeSlip) -> Outcome:
    """速報 and its 取消: the payer is told, no money has come."""
    prompt = money.stage == "prompt"
    if row.money_id is None:
        row.prompt_on = money.paid_on if prompt else None
        failed = row.means == DEBIT and money.stage == "failed"
        if failed:  # this order is over; whoever wants to be debited again says so, and may pay otherwise
            row.stopped_at = clock.now()
        row.save(update_fields=["prompt_on", "stopped_at"])
        report_apply_in(provider=row.means, report=fee_report(row, "waiting" if prompt else "over" if failed else "failed"), actor="collection")
    return Outcome.PROMPT if prompt else Outcome.CANCELLED if money.stage == "cancel" else Outcome.FAILED


def _paid(money: Money, row: FeeSlip, source: str) -> Outcome:
    """Money: of the fee when it is the first and the right sum (too late is for the room below to find, and to give back), else it is
    the payer's again."""
    why = Outcome.TWICE if row.money_id is not None else Outcome.DIFFERS if money.amount != row.amount else Outcome.APPLIED
    told, row.prompt_on = row.prompt_on is not None, None
    if why == Outcome.APPLIED:
        row.money = money
        row.save(update_fields=["money", "prompt_on"])
        if report_apply_in(provider=row.means, report=fee_report(row, "paid"), actor="collection") == "applied":
            _post(money, source, Account.OFFICE_FEE)
            return why
        row.money, why = None, Outcome.TWICE  # its payment was destroyed with its case: whoever paid has it back
    row.save(update_fields=["money", "prompt_on"])
    _post(money, source, Account.EXCESS)
    _excess(row, money, why, money.amount)
    if why == Outcome.DIFFERS and told:  # the 速報 was believed: the fee is open again
        report_apply_in(provider=row.means, report=fee_report(row, "failed"), actor="collection")
    return why


def _post(money: Money, source: str, target: str) -> None:
    Posting.objects.create(sheet_id=money.sheet_id, money=money, debit=source, credit=target, amount=money.amount, on=money.paid_on)


def slip_of_payment(payment: Payment) -> Slip | None:
    """The slip that was made last for a payment, for a room above that has checked whose it is. One whose day is over is none, where the
    fee itself has no last day: another is made."""
    row = FeeSlip.objects.filter(payment=payment.id, stopped_at=None, means=SLIP).order_by("-id").first()
    return fee_seen(row) if row and not _worn(row, payment) else None


def _worn(row: FeeSlip, payment: Payment) -> bool:
    return payment.due_at is None and row.until < clock.today() and row.money_id is None and row.prompt_on is None


def fee_pdf(payment: Payment) -> bytes | None:
    """Its 納付書, drawn from the rows each time; None where there is none to be paid."""
    row = FeeSlip.objects.filter(payment=payment.id, stopped_at=None, money=None, means=SLIP).order_by("-id").first()
    if row is None or charges().fees is None or _worn(row, payment):
        return None
    from .slips import draw

    return draw.one(_notice(row, payment), letter=False)[0]


def _notice(row: FeeSlip, payment: Payment) -> Notice:
    from .sheets import issuer
    from .slips.parts import Addressee, ElCodes, Payeasy
    from .slips.parts import Notice as Paper
    from .slips.parts import Slip as Part

    found = charges()
    codes, fees = found.codes, found.fees
    assert fees
    slip = Part(
        charge="手数料", fiscal_year=fiscal_year(row.until), tax_year=fiscal_year(row.until), instalment=0, instalments=1, amount=row.amount,
        due=row.until, valid_until=row.until, number=row.number, confirm=row.confirm, el=ElCodes(codes.el_org, fees.code, codes.el_office),
        cvs_company=codes.cvs, payeasy=Payeasy(codes.payeasy, fees.code), ocr=(f"{row.number}{fees.code}", f"{row.amount:010d} {row.until:%Y%m%d}"))
    return Paper(
        addressee=Addressee(f"受付番号 {payment.receipt}", "", (payment.subject,)), title="手数料の納付書", law="", notice_number=payment.receipt,
        issued_on=clock.today(), issuer=issuer(), lines=(), total=row.amount, slips=(slip,), appeal="", trial=not _own())
