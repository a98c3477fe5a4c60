"""The fee of an application: asked for at filing, paid before it is accepted (前納) or when what was asked for is received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from madoguchi.collection import public as collection
from madoguchi.identity.public import Owner
from madoguchi.kernel import clock, failpoints, keys, outbox
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_promise
from madoguchi.payments import public as payments
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Bill, Definition

from . import acting, mails
from .events import APPLICATION_FILED
from .models import Application, Draft

AWAITED = say("納付書で払われるのを待っています")
NOT_PAID = say("期限までにお支払いがありませんでした。担当課にご連絡ください")
NOT_CONFIRMED = say("納付書でのお支払いを確かめられませんでした。払った控えをお持ちの方は担当課にご連絡ください。まだの方はお支払いください")
DROPPED_ALL = say("手数料は、お支払いいただかなくてよくなりました")
DROPPED = say("追加でお願いした手数料は、お支払いいただかなくてよくなりました")
REBILLED = {"granted": say("減免に当たることが分かったため、手数料の額を改めました"), "again": say("手数料のお支払いを、もう一度お願いします")}
ASKED = say("手数料のお支払いをお願いします")
NOT_DEBITED = say("手数料を口座から引き落とせませんでした。ほかの方法でお支払いください")
DEBITED = say("口座からの引き落としを待っています")
BACK_CARD = {"refunding": say("手数料をお返しする手続きをしています。お返しできたら、ここでお知らせします"),
             "refunded": say("手数料をお返ししました。カードのご利用明細に出るまで、日にちがかかることがあります")}
BACK_ACCOUNT = {"refunding": say("手数料をお返しします。お返しする口座をおうかがいするので、担当課からの連絡をお待ちください"),
                "refunded": say("手数料を、ご指定の口座にお返しする手続きが済みました")}
BACK_COUNTER = {"refunding": say("手数料を窓口でお返しします。担当課の窓口にお越しください"), "refunded": say("手数料を窓口でお返ししました")}
STAYS = say("納めていただいた手数料は、お返しできません")  # for who paid for another: not why
NOT_BACK = say("手数料をお返しできませんでした。返し方を担当課で確かめて、ご連絡します")
BACK = {payments.SLIP: BACK_ACCOUNT, payments.DEBIT: BACK_ACCOUNT} | dict.fromkeys(payments.COUNTER, BACK_COUNTER)  # by where it was paid
LAST_HOUR = dt.time(23, 59, 59)


def bill_of(d: Definition, answers: Mapping[str, Any], day: dt.date) -> Bill | None:
    """What these answers cost; None where the procedure has no bill."""
    return procedures.bill_of(d, answers, day) if d.charge else None


def fee_due(application: Application, d: Definition) -> tuple[Bill | None, bool]:
    """The bill of an application that is about to be written, and whether it waits for it (前納): then it is accepted, and the
    section hears of it, only once the fee is paid. What came on paper has arrived all the same (行政手続法7条) and nobody can be mailed:
    it is accepted, its fee does not run out, and nothing is granted before it is paid (casework)."""
    bill = bill_of(d, application.answers, application.filed_at.astimezone(clock.JST).date())
    waits = bill is not None and d.charge is not None and d.charge.first and bill.total > 0 and application.channel != "paper"
    if waits:
        application.status = "unpaid"
        sent = {"at": application.filed_at.isoformat(), "ja": say("送信されました。手数料のお支払いを待っています")}
        application.view = application.view | {"timeline": [sent]}
    return bill, waits


def fee_ask(application: Application, d: Definition, bill: Bill, actor: str) -> None:
    """Ask for the fee, in the transaction of filing."""
    last = application.filed_at.astimezone(clock.JST).date() + dt.timedelta(days=d.charge.days if d.charge else 0)
    lines = [{"label": str(x.label), "unit": x.unit, "count": x.count, "sum": x.sum} for x in bill.lines]
    payments.payment_make(
        key=f"fee:{application.id}", case_ref=str(application.id), receipt=application.receipt, section=d.section, subject=str(d.name),
        lines=lines, amount=bill.total, due_at=dt.datetime.combine(last, LAST_HOUR, clock.JST) if application.status == "unpaid" else None,
        actor=actor)
    if application.status == "unpaid" and application.sealed_mail:  # the mail that confirms it goes out when it is accepted
        subject, body = mails.owed(application.language, application.receipt, str(application.id), last, bool(application.code_digest))
        to = keys.unseal("mail-address", application.sealed_mail, bound_to=application.receipt).decode()
        mail_promise(key=f"owed:{application.id}", case_ref=str(application.id), to=to, subject=subject, body=body)


@dataclass(frozen=True, slots=True)
class Fee:
    """The fee as the applicant sees it."""

    payment: payments.Payment
    words: str
    means: str
    open: bool
    card: bool  # can be paid here and now
    slip_offered: bool  # a 納付書 can be had
    slip: collection.Slip | None  # the one that was made
    begins: bool  # some payment can be begun now
    left: int  # what was received and not given back
    account: collection.OwnAccount | None  # from which it can be debited
    debit: collection.Slip | None  # it is to be debited; ``prompt_on`` has no meaning here
    over: int = 0  # paid by 納付書 or debit beyond it, and not given back yet
    counter: str = ""  # it can be paid at the counter now: cash, or both (a terminal, too)
    waits: bool = False  # paid for what was withdrawn: the section has still to decide whether it goes back
    before: tuple[payments.Payment, ...] = ()  # what was settled before this was asked for (減免 did not apply)
    backs: tuple[tuple[int, str], ...] = ()  # what goes back and has not yet, or could not: yen, and how it stands
    refunding: int = 0  # of what is to be paid, or was last: approved to go back, and not gone yet


def fee_of(application: Application, payer: Owner | None = None) -> Fee | None:
    """The fee of an application that was found; None where there is none. Where the procedure has no bill, nobody is asked. ``payer`` looks
    at it, and has perhaps registered an account."""
    if procedures.version(application.slug, application.version).definition.charge is None:
        return None
    all_of_it = payments.fees_of_case(str(application.id))
    if not all_of_it:
        return None
    *before, row = all_of_it
    is_open = row.state in payments.OPEN and application.status != "withdrawn"  # then it is about to be dropped
    begins = is_open and row.state != payments.State.SUBMITTED and (row.due_at is None or row.due_at >= clock.now())
    slip, debit = (collection.slip_of_payment(row), collection.debit_of_payment(row)) if is_open else (None, None)
    account = collection.account_offered(owner=payer, payment=row) if begins and debit is None else None
    awaited = AWAITED if slip and row.state == payments.State.STARTED else ""
    words = DEBITED if debit else awaited or payments.words_of(row.state, row.received, row.refunded)
    if row.state in payments.OPEN and row.state != payments.State.SUBMITTED and not is_open:
        words = DROPPED_ALL
    going, failed, asked = payments.backs_of_case(str(application.id))
    backs = [said for _, said in _backs(going, failed)]
    waits = asked or any(payments.is_undecided(one) for one in all_of_it)
    return Fee(row, words, payments.MEANS.get(row.means, ""), is_open,
               begins and payments.online(), begins and slip is None and slips_offered(row), slip, begins, row.received - row.refunded,
               account, debit, sum(collection.fee_over(str(one.id)) for one in all_of_it), _counter(row) if is_open else "", waits,
               tuple(before), tuple(backs), sum(one.amount for one in going if one.payment_id == row.id))


def fee_filed(application: Application) -> payments.Payment | None:
    """The fee that an application waited for (前納) and with which it was accepted, for who filed it and sees nothing else; None for others."""
    return next((x for x in payments.fees_of_case(str(application.id))[:1] if x.number), None) if application.view.get("accepted") else None


def back_filed(application: Application) -> tuple[payments.Payment | None, list[tuple[int, str]]]:
    """That fee (`fee_filed`), and what of it goes back, could not, or stays: yen, and how it stands. For who paid it, whatever else they may
    see."""
    paid = fee_filed(application)
    if paid is None:
        return None, []
    going, failed, _ = payments.backs_of_case(str(application.id))
    stays = [(paid.received - paid.refunded, STAYS)] if paid.kept_at else []
    return paid, [*(said for row, said in _backs(going, failed) if row.payment_id == paid.id), *stays]


def _backs(going: list[payments.Refund], failed: list[payments.Refund]) -> list[tuple[payments.Refund, tuple[int, str]]]:
    found = [(row, BACK.get(row.attempt.provider, BACK_CARD)["refunding"]) for row in going] + [(row, NOT_BACK) for row in failed]
    return [(row, (row.amount, said)) for row, said in found]


def unpaid_end(application: Application) -> str:
    """How an application ended that was never paid and so never accepted; empty for every other."""
    return next((ja for status, ja in ENDS.values() if status == application.status and application.view.get("unpaid_end")), "")


def fee_at_withdrawal(application: Application) -> str:
    """What a withdrawal does to the fee: empty where there is none or all of it goes back anyway, ``paid`` (or on its way), ``open``."""
    fees, (going, _, _) = payments.fees_of_case(str(application.id)), payments.backs_of_case(str(application.id))
    back = sum(row.refunded for row in fees) + sum(row.amount for row in going)
    if sum(row.received for row in fees) > back or any(row.state == payments.State.SUBMITTED for row in fees):
        return "paid"
    return "open" if any(row.state in payments.OPEN for row in fees) else ""


def _counter(row: payments.Payment) -> str:
    """While money may be on its way the counter takes none."""
    if row.state not in payments.OPEN or row.state == payments.State.SUBMITTED:
        return ""
    return "both" if payments.terminals_of(row.section) else "cash"


def fee_of_draft(draft: Draft) -> tuple[Fee | None, bool]:
    """The fee of what was filed from a draft, for those who have got it as theirs; and whether the application waits for it (前納)."""
    row = Application.objects.filter(draft=draft).first()
    return (fee_of(row), row.status == "unpaid") if row is not None else (None, False)


def unpaid_among(receipts: Iterable[str]) -> int:
    """How many of these applications wait for their fee; the caller has found the receipts as theirs."""
    return Application.objects.filter(receipt__in=list(receipts), status="unpaid").count()


def slips_offered(fee: payments.Payment) -> bool:
    """Does this city take fees by 納付書, with numbers that can be paid?"""
    return payments.slip_offered(fee) and collection.fees_ready()


def _open_fee(application: Application) -> payments.Payment:
    row = payments.payment_of_case(str(application.id))
    if row is None:
        raise NotFound(say("この手続きに手数料はありません。"))
    return row


def fee_start(*, application: Application, means: str = payments.ONLINE, language: str, actor: str) -> str:
    """The address of the page on which the fee is paid by card; empty for a 納付書, which is on our own page. Raises PaymentClosed,
    ProviderAway, ProviderUnknown."""
    row = _open_fee(application)
    if row.state not in payments.OPEN or application.status == "withdrawn":
        raise payments.PaymentClosed
    if means not in (payments.ONLINE, payments.SLIP) or (means == payments.SLIP and not slips_offered(row)):
        raise payments.ProviderUnknown
    back = f"{settings.BASE_URL}/my/{application.id}/pay/back/"
    return payments.payment_start(payment_id=str(row.id), means=means, back=back, language=language, actor=actor)


def fee_debit(*, application: Application, owner: Owner, language: str) -> None:
    """Have the fee debited from the account that its payer has registered. Raises PaymentClosed, ProviderAway, ProviderUnknown."""
    row = _open_fee(application)
    if row.state not in payments.OPEN or row.state == payments.State.SUBMITTED or application.status == "withdrawn":
        raise payments.PaymentClosed
    collection.account_choose(owner=owner, payment=row)
    payments.payment_start(payment_id=str(row.id), means=payments.DEBIT, back="", language=language, actor=owner.actor)


def fee_slip(application: Application) -> bytes:
    """The 納付書 of the fee, as PDF. Raises NotFound."""
    row = _open_fee(application)
    data = collection.fee_pdf(row) if row.state in payments.OPEN else None
    if data is None:
        raise NotFound(say("いま使える納付書はありません。お支払いのページで確かめてください。"))
    return data


def fee_confirm(*, application: Application, actor: str) -> None:
    """Back from the card's page: ask how it went."""
    payments.payment_confirm(payment_id=str(_open_fee(application).id), actor=actor)


def fee_cancel(*, application: Application, actor: str) -> None:
    """Give up an application that was never paid. Raises PaymentClosed, ProviderAway."""
    if application.status != "unpaid":
        raise payments.PaymentClosed
    payments.payment_cancel(payment_id=str(_open_fee(application).id), actor=actor)


ENDS = {"success": ("filed", say("手数料のお支払いを確認し、お手続きを受け付けました")),
        "expired": ("lapsed", say("期限までにお支払いがなかったため、お手続きは取り消されました")),
        "cancelled": ("withdrawn", say("お支払いの前に、取りやめました"))}


def payment_changed(message: outbox.Envelope) -> None:
    """Handler of payments' Changed: paid, an application that waited is accepted; run out or cancelled, it is over. Of one that is
    accepted, and of a bill that was changed, the applicant is told. The same message again changes nothing."""
    state = message.payload["state"]
    with transaction.atomic(durable=True):
        row = Application.objects.select_for_update().filter(id=message.payload["case"]).first()
        if row is None or message.key in row.view.get("seen", []):
            return
        if state == "failed" and message.payload.get("means") == payments.DEBIT and not message.payload.get("stopped"):
            _news(row, message.key, [NOT_DEBITED], f"undebited:{message.key}", mails.DUE)
        elif state == "failed" and message.payload.get("means") == payments.SLIP and not message.payload.get("stopped"):
            _news(row, message.key, [NOT_CONFIRMED], f"unconfirmed:{message.key}", mails.DUE)
        elif state in BACK_CARD:
            said = BACK.get(message.payload["means"], BACK_CARD)[state]
            _news(row, message.key, [said], f"{state}:{message.key}", state, of=message.payload["payment"])
        elif state == "unrefunded":
            _news(row, message.key, [NOT_BACK], f"{state}:{message.key}", mails.REFUNDING, of=message.payload["payment"])
        elif state == "kept":
            _news(row, message.key, [payments.KEPT[message.payload["why"]]], f"kept:{message.key}", of=message.payload["payment"])
        elif state == "rebilled":
            why = message.payload["why"]
            _news(row, message.key, _rebilled(why), f"rebilled:{message.key}", mails.PAYMENT if why == "granted" else mails.DUE)
        elif row.status not in ("unpaid", "withdrawn") and state in ("expired", "cancelled"):
            _news(row, message.key, [NOT_PAID if state == "expired" else _dropped(row)], f"unpaid:{message.key}")
        elif state in ENDS:
            _ended(row, state, message.key, free=message.payload.get("means") == payments.FREE)
        failpoints.hit("intake.pay.before_commit")


def _ended(row: Application, state: str, key: str, *, free: bool) -> None:
    """Paid, run out, cancelled. Of what cost nothing (減免) nobody is told that they have paid."""
    now, said = clock.now(), ENDS[state][1] if row.status == "unpaid" else say("手数料をお支払いいただきました")
    view = row.view | {"seen": [*row.view.get("seen", [])[-49:], key]}
    if row.status == "unpaid" or (state == "success" and not free):
        view["timeline"] = [*view["timeline"], {"at": now.isoformat(), "ja": said}]
    if row.status == "unpaid":
        row.status = ENDS[state][0]
        view["accepted" if state == "success" else "unpaid_end"] = now.isoformat()
        _tell(row, state, key)
    row.view = view
    row.save(update_fields=["status", "view"])


def _dropped(row: Application) -> str:
    return DROPPED if len(payments.fees_of_case(str(row.id))) > 1 else DROPPED_ALL


def _rebilled(why: str) -> list[str]:
    """What the applicant reads of a bill that was changed: why 減免 does not apply, and what to do."""
    return [payments.NO_WAIVER[why], ASKED] if why in payments.NO_WAIVER else [REBILLED[why]]


def _news(row: Application, key: str, said: list[str], mail: str, kind: str = mails.PAYMENT, of: str = "") -> None:
    """Said on the page, and by mail, because days went by: the bank could not debit it, the bill was changed, a second one ran out. Of money
    that goes back or stays (``of`` this payment) who filed it hears though they follow it no more, where it is what they were asked to pay (前納)."""
    view = row.view | {"seen": [*row.view.get("seen", [])[-49:], key]}
    row.view = view | {"timeline": [*view["timeline"], *({"at": clock.now().isoformat(), "ja": ja} for ja in said)]}
    row.save(update_fields=["view"])
    paid = fee_filed(row) if of else None
    theirs = row.status == "unpaid" or (paid is not None and str(paid.id) == of)  # while it waits for its fee, whoever filed it is asked to pay
    if row.sealed_mail and (theirs or acting.tells(row)):
        to = keys.unseal("mail-address", row.sealed_mail, bound_to=row.receipt).decode()
        subject, body = mails.news(row.language, row.receipt, str(row.id), guest=bool(row.code_digest), kind=kind)
        mail_promise(key=mail, case_ref=str(row.id), to=to, subject=subject, body=body)
    failpoints.hit("intake.undebited.before_commit")


def _tell(row: Application, state: str, key: str) -> None:
    """Accepted: the section hears of it, and the mail that confirms it goes out. Run out: who filed it and was asked to pay is told."""
    if state == "success":
        outbox.publish(APPLICATION_FILED, case_ref=str(row.id), key=f"filed:{row.id}", payload={"application": str(row.id)})
    elif state == "expired" and row.sealed_mail:
        to = keys.unseal("mail-address", row.sealed_mail, bound_to=row.receipt).decode()
        subject, body = mails.news(row.language, row.receipt, str(row.id), guest=bool(row.code_digest), kind=mails.LAPSED)
        mail_promise(key=f"unpaid:{key}", case_ref=str(row.id), to=to, subject=subject, body=body)
