"""減免 on which payer and city did not agree at first: what was asked for is changed while it is open; what is settled stays, and the
rest is asked for beside it (docs/adr/0045)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, outbox

from .errors import BillWrong, PaymentClosed, PaymentNotFound, ProviderAway, SecondPersonNeeded
from .events import CHANGED
from .models import Attempt, Payment
from .providers import FREE
from .rules import AGAIN, FEES, MORE, NO_WAIVER, OPEN, WAIVED_LATER, Act, State, after, unwaived, waivers
from .selectors import is_given_back, is_void, payment_get
from .services import LIVE, MAKING, move, payment_cancel, payment_make, stop

LONGEST, USUAL = 60, 14  # days to pay what was asked for by a clerk
LAST_HOUR = dt.time(23, 59, 59)
AWAY = "カード会社につながらず、開いているオンラインの支払い画面を閉じられません。請求はまだ変わっていません。少し待ってもう一度お試しください。"


def may(actor: Staff, payment: Payment) -> set[str]:
    """What this person may do about the bill that is shown: reject, grant, again, drop."""
    if not actor.may(Right.WORK_CASES, payment.section):
        return set()
    stamps = actor.may(Right.STAMP_CHIEF, payment.section) or actor.may(Right.STAMP_MANAGER, payment.section)
    found = {"reject": can_reject(payment), "grant": stamps and can_grant(payment), "again": can_again(payment),
             "drop": can_drop(payment) and (stamps or payment.key.endswith(MORE))}
    return {key for key, can in found.items() if can}


def usual_day() -> dt.date:
    """What the form proposes as the last day to pay."""
    return clock.today() + dt.timedelta(days=USUAL)


def can_reject(payment: Payment) -> bool:
    """Was something taken away by 減免 that can be asked for?"""
    return (_of_a_case(payment) and bool(waivers(payment.lines)) and payment.state in (*OPEN, State.SUCCESS) and not is_void(payment)
            and not _more_of(payment))


def can_grant(payment: Payment) -> bool:
    """Is it still to be paid, so that less can be asked for? What is paid goes back as 還付."""
    return _of_a_case(payment) and payment.state in OPEN and payment.state != State.SUBMITTED and payment.amount > 0


def can_again(payment: Payment) -> bool:
    """Did it run out, and nothing with it (the fee of an application that waited for it is no more), or was it given back: taken by mistake
    (取消し), or because nothing was issued?"""
    if not _of_a_case(payment) or payment.withdrawn_at is not None:
        return False
    asked_again = Payment.objects.filter(key=f"{payment.key}{AGAIN}").exists()
    return (payment.key.endswith(MORE) and payment.state == State.EXPIRED) or (is_given_back(payment) and not asked_again)


def can_drop(payment: Payment) -> bool:
    """Is it unpaid, and was it asked for by a clerk, or of an application that is accepted (受取時, on paper) and may not come to a
    交付 any more? What waits for its fee (前納) ends with it by itself."""
    asked_for = payment.key.endswith((MORE, AGAIN)) or payment.due_at is None
    return _of_a_case(payment) and asked_for and payment.state in OPEN and payment.state != State.SUBMITTED


def _of_a_case(payment: Payment) -> bool:
    return payment.key.startswith(FEES) and bool(payment.case_ref)


def _more_of(payment: Payment) -> bool:
    return Payment.objects.filter(key=f"{payment.key}{MORE}").exists()


def waiver_reject(*, actor: Staff, payment_id: str, why: str, until: dt.date | None) -> Payment:
    """減免 does not apply: the whole fee is asked for. An open bill is changed; beside a settled one a second is made. Returns what is
    to be paid now. Raises PaymentNotFound, BillWrong, PaymentClosed, ProviderAway."""
    due = _until(until)
    if why not in NO_WAIVER:
        raise BillWrong("減免に当たらない理由を選んでください。", at="why")
    if _closing(actor, payment_id).state in OPEN:
        _pages_end(payment_id, actor.actor)
    with transaction.atomic(durable=True):
        payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
        if not can_reject(payment):
            raise PaymentClosed("この支払いに、取り消せる減免はありません。いまの状態を確認してください。")
        lines = [line for line in payment.lines if line["sum"] > 0]
        if payment.state in OPEN:
            _rebill(payment, actor.actor, lines, max(due, payment.due_at) if due and payment.due_at else payment.due_at, why)
        else:
            payment = _ask_more(payment, actor.actor, due, why)
    return payment


def waiver_grant(*, actor: Staff, payment_id: str, less: int) -> Payment:
    """減免 applies after all, and nothing was paid yet: so much less is asked for; nothing left is as good as paid. By who stamps in the
    section. Raises PaymentNotFound, SecondPersonNeeded, BillWrong, PaymentClosed, ProviderAway."""
    found = _closing(actor, payment_id)
    if not (actor.may(Right.STAMP_CHIEF, found.section) or actor.may(Right.STAMP_MANAGER, found.section)):
        raise SecondPersonNeeded("支払いの前の減免は、係長か課長が認めます。")
    if not 0 < less <= found.amount:
        raise BillWrong(f"減らせるのは1円から{found.amount:,}円までです。金額を直してください。", at="less")
    if not can_grant(found):
        raise PaymentClosed("この支払いは、いま減らせません。払われた後は「還付を申し出る」から返します。")
    _pages_end(payment_id, actor.actor)
    with transaction.atomic(durable=True):
        payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
        if not can_grant(payment) or less > payment.amount:
            raise PaymentClosed
        minus = {"label": str(WAIVED_LATER), "unit": -less, "count": 1, "sum": -less}
        _rebill(payment, actor.actor, [*payment.lines, minus], payment.due_at, "granted")
        if payment.amount == 0:
            payment.means, payment.paid_at = FREE, clock.now()
            move(payment, Act.PAY, actor.actor, means=FREE)
    return payment


def fee_again(*, actor: Staff, payment_id: str, until: dt.date | None) -> Payment:
    """Ask once more for what a clerk had asked for and what ran out, or for what was given back: taken by mistake, or because nothing was issued,
    which a second decision may change. Raises PaymentNotFound, BillWrong, PaymentClosed."""
    due = _until(until)
    with transaction.atomic(durable=True):
        payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
        if not can_again(payment):
            raise PaymentClosed
        if is_given_back(payment):  # what was taken and given back stays as it is
            return _beside(payment, AGAIN, actor.actor, payment.lines, due, "payment.asked_again", "again")
        _rebill(payment, actor.actor, payment.lines, due, "again")
    return payment


def fee_drop(*, actor: Staff, payment_id: str) -> Payment:
    """Ask no more for what is unpaid: by a clerk what a clerk had asked for besides, else by who stamps in the section. Raises
    PaymentNotFound, SecondPersonNeeded, PaymentClosed, ProviderAway."""
    found = _closing(actor, payment_id)
    if not can_drop(found):
        raise PaymentClosed
    if "drop" not in may(actor, found):
        raise SecondPersonNeeded("手数料の請求を取りやめるのは、係長か課長です。")
    return payment_cancel(payment_id=payment_id, actor=actor.actor)


def _closing(actor: Staff, payment_id: str) -> Payment:
    """A payment that this person may change. Raises PaymentNotFound."""
    found = payment_get(actor=actor, payment_id=payment_id)
    if not actor.may(Right.WORK_CASES, found.section):
        raise PaymentNotFound
    return found


def _until(until: dt.date | None) -> dt.datetime | None:
    """None: paid on receipt, it does not run out."""
    if until is None:
        return None
    today = clock.today()
    if not today < until <= today + dt.timedelta(days=LONGEST):
        raise BillWrong(f"支払いの期限は、明日から{LONGEST}日後までの日付で入力してください。", at="until")
    return dt.datetime.combine(until, LAST_HOUR, clock.JST)


def _pages_end(payment_id: str, actor: str) -> None:
    """Nobody can pay the sum that is about to change. Not in a transaction, for the gateway is asked. Raises ProviderAway."""
    for attempt in Attempt.objects.filter(payment_id=payment_id, state__in=LIVE).exclude(reference=""):
        if not stop(attempt, actor):
            raise ProviderAway(AWAY)


def _rebill(payment: Payment, actor: str, lines: list[dict[str, Any]], due: dt.datetime | None, why: str) -> None:
    """Another bill in the place of the open one, which is locked. Money of an order of the old one goes back when it comes."""
    unmade = payment.attempts.filter(state__in=LIVE, reference="", created_at__lte=clock.now() - MAKING)
    if payment.attempts.filter(state__in=LIVE).exclude(pk__in=unmade.values("pk")).exists():
        raise PaymentClosed("いま、ほかの方法での支払いが進んでいます。結果が出てから、もう一度お試しください。")
    state = after(payment.state, Act.REBILL)
    if state is None:
        raise PaymentClosed
    unmade.update(state="over")  # nobody was given a page of them
    before = payment.amount
    changed = sum(line["sum"] for line in lines) - sum(line["sum"] for line in payment.lines)
    payment.state, payment.lines, payment.amount, payment.due_at = state, lines, before + changed, due
    payment.save(update_fields=["state", "lines", "amount", "due_at"])
    _told(payment, actor, "payment.rebilled", why, before)


def _ask_more(payment: Payment, actor: str, due: dt.datetime | None, why: str) -> Payment:
    """A second order beside the settled one: the settled one stays as it was paid."""
    return _beside(payment, MORE, actor, unwaived(payment.lines), due, "payment.waiver_rejected", why)


def _beside(payment: Payment, mark: str, actor: str, lines: list[dict[str, Any]], due: dt.datetime | None, action: str, why: str) -> Payment:
    more = payment_make(key=f"{payment.key}{mark}", case_ref=payment.case_ref, receipt=payment.receipt, section=payment.section,
                        subject=payment.subject, lines=lines, amount=sum(line["sum"] for line in lines), due_at=due, actor=actor)
    _told(more, actor, action, why, 0)
    return more


def _told(payment: Payment, actor: str, action: str, why: str, before: int) -> None:
    audit.record(actor, action, chain=payment.chain, facts={"payment": str(payment.id), "amount": payment.amount, "before": before, "why": why})
    key = f"payment:{payment.id}:rebilled:{before}:{payment.amount}:{clock.now():%Y%m%d%H%M%S%f}"  # it may go to and fro
    outbox.publish(CHANGED, case_ref=payment.case_ref, key=key, payload={
        "payment": str(payment.id), "case": payment.case_ref, "state": "rebilled", "means": "", "why": why})
    failpoints.hit("payments.rebill.before_commit")
