"""Writers: a fee is asked for, an order is started, what the provider reports is applied. Money is whole yen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from madoguchi.kernel import audit, clock, failpoints, outbox

from .errors import PaymentClosed, ProviderAway, ProviderUnknown
from .events import CHANGED
from .models import Attempt, GatewayNotice, Payment, Refund
from .ports import Order, Refused, Report, Retry, Started
from .providers import COUNTER, FREE, LASTING, provider_of
from .rules import BOOKS, DIFFERS, MEANS, TRANSITIONS, Act, State, after, excess
from .selectors import is_void
from .setup import slips

AGAIN = dt.timedelta(minutes=25)  # a page of the gateway that is younger is opened again: two clicks are one order
LIVES = dt.timedelta(minutes=60)  # gateways want half an hour at least, still after a late repetition
ASK_AFTER, ASK_AGAIN = dt.timedelta(minutes=3), dt.timedelta(minutes=10)
ASK_FOR = dt.timedelta(days=3)  # a gateway that has not said in three days will not
MAKING = dt.timedelta(minutes=1)  # a gateway has answered by then, or never will
PAGE_OPEN = ("カード会社につながらず、開いているオンラインの支払い画面を閉じられません。二重に払われるおそれがあるので、まだ受け取らずに、"
             "少し待ってもう一度お試しください。")
VOIDED = ("この支払いは、打ち間違いとして取り消されています。改めて受け取るときは、申請の手数料ならこのページの「もう一度請求する」で"
          "請求してから、税・料金なら「調定と納付」で期を選び直して、ほかは「窓口で手数料を受け取る」で、同じ手数料を選んで受け取ってください。")
OVER = ("税・料金の額は納める日で変わるので、この支払いは、作った日のうちしか受け取れません。まだ受け取らずに、「調定と納付」で、"
        "その方の「窓口で受け取る」からやり直してください。")
LIVE = ("open", "waiting", "failed")  # an order that may still be paid at the gateway
ENDING = [state for state, act in TRANSITIONS if act == Act.EXPIRE]  # not what is on its way: the files or the gateway tell of it
CURRENCY = "jpy"


def _record(payment: Payment, actor: str, action: str, **facts: Any) -> None:
    audit.record(actor, action, chain=payment.chain, facts={"payment": str(payment.id), "amount": payment.amount} | facts)


def move(payment: Payment, act: Act, actor: str, **facts: Any) -> bool:
    """Take the payment on, in the caller's transaction and under its lock. False where the act can not happen."""
    state = after(payment.state, act)
    if state is None:
        return False
    payment.state = state
    payment.save()
    _record(payment, actor, f"payment.{state}", **facts)
    if payment.case_ref:
        again = f":{facts['order']}" if act == Act.FAIL else f":{payment.due_at:%Y%m%d}" if act == Act.EXPIRE and payment.due_at else ""
        outbox.publish(CHANGED, case_ref=payment.case_ref, key=f"payment:{payment.id}:{state}{again}", payload={
            "payment": str(payment.id), "case": payment.case_ref, "state": str(state), "means": str(facts.get("means", "")),
            "stopped": bool(facts.get("stopped"))})
    return True


def payment_make(
    *, key: str, case_ref: str, receipt: str, section: str, subject: str, lines: list[dict[str, Any]], amount: int,
    due_at: dt.datetime | None, actor: str,
) -> Payment:
    """Ask for a fee, in the caller's transaction. The same key again returns what is there. Nothing to pay is paid at once."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("payment_make needs the caller's transaction")
    now = clock.now()
    payment, new = Payment.objects.get_or_create(key=key, defaults={
        "case_ref": case_ref, "receipt": receipt, "section": section, "subject": subject, "lines": lines, "amount": amount,
        "due_at": due_at, "created_at": now})
    if new:
        _record(payment, actor, "payment.created")
        if amount == 0:
            payment.means, payment.paid_at = FREE, now
            move(payment, Act.PAY, actor, means=FREE)
    return payment


def payment_start(*, payment_id: str, means: str, back: str, language: str, actor: str) -> str:
    """The address of the gateway's page on which this fee is paid. Whoever calls has checked whose it is.

    The order is written before the gateway is asked, and its id is the key of the call: dying in between leaves an order
    that is asked for again under the same key. Raises PaymentClosed, ProviderAway, ProviderUnknown.
    """
    provider = provider_of(means)
    attempt, url = _order(payment_id, means, actor)
    if url or (attempt.reference and means in LASTING):
        return url
    payment = attempt.payment
    failpoints.hit("payments.start.before_call")
    answer = provider.start(Order(str(attempt.id), str(payment.id), attempt.amount, f"{payment.subject} {payment.receipt}", back, language,
                                  int(_until(attempt).timestamp())))
    failpoints.hit("payments.start.after_call")
    if isinstance(answer, Report):
        report_apply(provider=means, report=answer, actor=actor)
        return ""
    if not isinstance(answer, Started):
        if isinstance(answer, Refused):  # it will never have a page: the next click makes another order
            Attempt.objects.filter(id=attempt.id, reference="").update(state="over")
        raise ProviderAway
    with transaction.atomic(durable=True):
        Attempt.objects.filter(id=attempt.id).update(reference=answer.reference, url=answer.url)
        failpoints.hit("payments.start.before_commit")
    return answer.url


def _until(attempt: Attempt) -> dt.datetime:
    """Until when an order can be paid; the same however often it is asked."""
    if attempt.provider in LASTING:
        return attempt.payment.due_at or attempt.created_at + dt.timedelta(days=slips().days)
    return attempt.created_at + LIVES


def _worn(attempt: Attempt) -> bool:
    """Is the last day on a slip over, of a fee that has none?"""
    return attempt.payment.due_at is None and _until(attempt).astimezone(clock.JST).date() < clock.today()


def _order(payment_id: str, means: str, actor: str) -> tuple[Attempt, str]:
    """An order for the gateway and, when it was started a moment ago, its page. An older one is stopped first: only one page
    can be paid on."""
    now, lasting = clock.now(), means in LASTING
    old = Attempt.objects.filter(payment_id=payment_id, provider=means, state__in=LIVE, created_at__lte=now - AGAIN).exclude(reference="")
    for one in old.select_related("payment"):
        if not lasting or _worn(one):
            stop(one, actor)
    with transaction.atomic(durable=True):
        payment = Payment.objects.select_for_update().get(id=payment_id)
        young = Q() if lasting else Q(created_at__gt=now - AGAIN)
        attempt = Attempt.objects.filter(young, payment=payment, provider=means, state__in=LIVE).first()
        if after(payment.state, Act.START) is None or (payment.due_at is not None and payment.due_at < now):
            raise PaymentClosed
        if attempt is None:
            attempt = Attempt.objects.create(payment=payment, provider=means, amount=payment.amount, created_at=now)
            move(payment, Act.START, actor, means=means)
        attempt.payment = payment
        return attempt, attempt.url


def report_apply(*, provider: str, report: Report, actor: str) -> str:
    """Apply what a provider says of an order: applied, nothing (known already, or older than what is known), unknown, or
    amount (another sum or currency than was asked for: it pays nothing, a person must look)."""
    with transaction.atomic(durable=True):
        outcome = report_apply_in(provider=provider, report=report, actor=actor)
        failpoints.hit("payments.report.before_commit")
    return outcome


def report_apply_in(*, provider: str, report: Report, actor: str) -> str:
    """As report_apply, in the caller's transaction."""
    found = Attempt.objects.filter(provider=provider).filter(_named(report)).first()
    if found is None:
        return "unknown"
    payment = Payment.objects.select_for_update().get(id=found.payment_id)
    attempt = Attempt.objects.get(id=found.id)
    attempt.reference = attempt.reference or report.reference
    if report.state == "paid":
        return _paid(payment, attempt, report, actor)
    if attempt.state == "paid" or report.state in ("open", attempt.state):
        return "nothing"
    attempt.state = report.state
    attempt.save(update_fields=["state", "reference"])
    moved = (move(payment, Act.SUBMIT, actor, means=provider, order=str(attempt.id)) if report.state == "waiting"
             else _failed(payment, attempt, actor, ours=report.ours))
    return "applied" if moved else "nothing"


def _named(report: Report) -> Q:
    """By the gateway's reference, or by the key of our order when its notice was faster than its answer."""
    return (Q(reference=report.reference) if report.reference else Q(pk__in=[])) | by_key(report.key)


def by_key(key: str) -> Q:
    """The row whose id was the key of a call; none for what is no key of ours."""
    try:
        return Q(id=UUID(key))
    except ValueError:
        return Q(pk__in=[])


def _paid(payment: Payment, attempt: Attempt, report: Report, actor: str) -> str:
    if report.currency.lower() != CURRENCY or report.amount != attempt.amount:
        return _differs(payment, attempt, report, actor)
    if attempt.state == "paid":
        return "nothing"
    now, before = clock.now(), payment.state
    _came(payment, attempt, report)
    if attempt.amount != payment.amount:  # the bill was changed after this order was made: its sum is no longer asked for
        payment.save(update_fields=["received"])
        _record(payment, actor, "payment.received_again", received=attempt.amount, state=before)
        _give_back(payment, attempt, attempt.amount, "rebilled")
        return "applied"
    if after(payment.state, Act.PAY) is not None:
        payment.means, payment.paid_at, payment.number = attempt.provider, now, payment.paper_number
        move(payment, Act.PAY, actor, means=attempt.provider, order=str(attempt.id))
        return "applied"
    payment.save(update_fields=["received"])
    _record(payment, actor, "payment.received_again", received=attempt.amount, state=before)
    over = min(excess(payment.state, payment.amount, payment.received), attempt.amount)
    _give_back(payment, attempt, over, "twice" if before == State.SUCCESS else "late")
    return "applied"


def _came(payment: Payment, attempt: Attempt, report: Report) -> None:
    """The provider holds this order's money; the payment is not saved yet."""
    attempt.state, attempt.paid_by = "paid", report.paid_by
    attempt.save(update_fields=["state", "paid_by", "reference", "amount"])
    payment.received += attempt.amount


def _give_back(payment: Payment, attempt: Attempt, amount: int, reason: str) -> None:
    refund = Refund.objects.create(payment=payment, attempt=attempt, amount=amount, reason=reason, asked_by="worker", asked_at=clock.now())
    _record(payment, "worker", "refund.asked", refund=str(refund.id), back=amount, reason=reason)


def _differs(payment: Payment, attempt: Attempt, report: Report, actor: str) -> str:
    """Another sum came: it is money received that pays nothing, and waits to be given back like what came twice. Of another
    currency nobody here can say how much it is: the payment waits. Either way it is on the list for a person, once an order."""
    _, new = GatewayNotice.objects.get_or_create(
        provider=attempt.provider, event=f"amount:{attempt.id}",
        defaults={"kind": "amount", "reference": attempt.reference, "outcome": "amount", "at": clock.now()})
    if not new:
        return "amount"
    yen = report.amount if report.currency.lower() == CURRENCY and attempt.state != "paid" else 0
    _record(payment, actor, "payment.amount_differs", reported=report.amount, currency=report.currency[:8], received=yen)
    if yen:
        attempt.amount = yen
        _came(payment, attempt, report)
        payment.save(update_fields=["received"])
        _give_back(payment, attempt, yen, DIFFERS)
        _failed(payment, attempt, actor)
    elif attempt.state != "paid":
        attempt.state = "waiting"
        attempt.save(update_fields=["state", "reference"])
        move(payment, Act.SUBMIT, actor, means=attempt.provider, order=str(attempt.id))
    return "amount"


def _failed(payment: Payment, attempt: Attempt, actor: str, *, ours: bool = False) -> bool:
    """An order came to nothing; its payment did too, where no other order may still be paid. ``ours``: we stopped it."""
    others = Attempt.objects.filter(payment=payment, state__in=("open", "waiting")).exclude(id=attempt.id).exists()
    return not others and move(payment, Act.FAIL, actor, means=attempt.provider, order=str(attempt.id), **({"stopped": True} if ours else {}))


def _ask(attempt: Attempt, actor: str, *, stop: bool) -> bool:
    """Ask the provider how an order stands (or stop it) and apply the answer. False when it does not answer now, or when its means was
    switched off: nobody else knows how the order stands, and money may have come."""
    try:
        provider = provider_of(attempt.provider)
    except ProviderUnknown:
        return False
    Attempt.objects.filter(id=attempt.id).update(asked_at=clock.now())
    failpoints.hit("payments.ask.before_call")
    answer = provider.stop(attempt.reference) if stop else provider.confirm(attempt.reference)
    failpoints.hit("payments.ask.after_call")
    if isinstance(answer, Retry):
        return False
    if isinstance(answer, Refused):
        answer = Report(attempt.reference, "over")
    report_apply(provider=attempt.provider, report=replace(answer, ours=stop), actor=actor)
    return True


def stop(attempt: Attempt, actor: str) -> bool:
    """Let nobody pay an order any more, or learn how it went. Not in a transaction. False where the provider does not answer now."""
    return _ask(attempt, actor, stop=True)


def _pages(payment_id: str) -> QuerySet[Attempt]:
    """Orders at a gateway whose page can be paid on, or is being made right now."""
    made = ~Q(reference="") | Q(created_at__gt=clock.now() - MAKING)
    return Attempt.objects.filter(made, payment_id=payment_id, state__in=LIVE).exclude(provider__in=LASTING)


def pages_close(*, payment_id: str, actor: str) -> None:
    """Before money is taken at the counter: nobody can pay online any more, or has. Not in a transaction, for the gateway is asked.
    Raises ProviderAway."""
    for attempt in _pages(payment_id).exclude(reference=""):
        if not stop(attempt, actor):
            raise ProviderAway(PAGE_OPEN)


def counter_check(payment: Payment) -> None:
    """Can the counter take money for this payment, which is locked? Raises PaymentClosed, and says what to do with the money."""
    if payment.state == State.SUCCESS and payment.means not in COUNTER:
        raise PaymentClosed(f"この支払いは、「{MEANS[payment.means]}」で済んでいます。窓口では受け取らず、受け取ったものは返してください"
                            "（端末で受け取ったときは、端末で返金してください）。")
    if is_void(payment):
        raise PaymentClosed(VOIDED)
    if payment.state == State.SUCCESS or after(payment.state, Act.PAY) is None:
        raise PaymentClosed
    if payment.key.startswith(BOOKS) and payment.due_at is not None and payment.due_at < clock.now():  # the worker has not come yet
        raise PaymentClosed(OVER)
    if payment.state == State.SUBMITTED:
        raise PaymentClosed("ほかの方法で払われたお金を確かめています。二重になるので、結果が出るまで窓口では受け取れません。"
                            "受け取ったものは返してください。")
    if _pages(str(payment.id)).exists():
        raise PaymentClosed("いま、オンラインの支払いが始まりました。受け取る前に、この支払いをもう一度開いて、もう一度お試しください。")


def payment_confirm(*, payment_id: str, actor: str) -> None:
    """The payer has come back: ask the provider now instead of waiting for its notice."""
    for attempt in Attempt.objects.filter(payment_id=payment_id, state__in=LIVE).exclude(reference=""):
        _ask(attempt, actor, stop=False)


def payment_cancel(*, payment_id: str, actor: str) -> Payment:
    """Nothing is to be paid any more. Open orders are stopped at the provider first. Raises PaymentClosed, ProviderAway."""
    return _end(payment_id, Act.CANCEL, actor)


def _end(payment_id: str, act: Act, actor: str) -> Payment:
    for attempt in Attempt.objects.filter(payment_id=payment_id, state__in=LIVE).exclude(reference=""):
        if not stop(attempt, actor):
            raise ProviderAway(provider=attempt.provider)
    with transaction.atomic(durable=True):
        payment = Payment.objects.select_for_update().get(id=payment_id)
        if (act == Act.EXPIRE and Refund.unsettled().filter(payment=payment, reason=DIFFERS).exists()) or not move(payment, act, actor):
            raise PaymentClosed
    return payment


def payments_expire() -> int:
    """Let run out what was to be paid by now. An order whose provider does not answer waits for the next round, so that
    nothing runs out that was paid a moment before; what has a slip waits for the files that tell of it, and of what another
    sum came for a person to look. A provider that does not answer is asked no more in this round (its calls take ten seconds
    each), and who was asked longest ago is first in the next. Returns how many."""
    away: set[object] = set()
    done, now = 0, clock.now()
    orders = Attempt.objects.filter(payment=OuterRef("pk"), state__in=LIVE)
    slip, looked_at = Exists(orders.filter(provider__in=LASTING)), Exists(Refund.unsettled().filter(payment=OuterRef("pk"), reason=DIFFERS))
    over = Q(due_at__lte=now) & ~Q(looked_at) & (~Q(slip) | Q(due_at__lte=now - dt.timedelta(days=slips().grace)))
    asked = Subquery(orders.order_by(F("asked_at").desc(nulls_last=True)).values("asked_at")[:1])
    rows = Payment.objects.filter(over, state__in=ENDING).annotate(asked=asked).order_by(F("asked").asc(nulls_first=True), "due_at")
    for payment in rows[:200]:
        if away and payment.attempts.filter(provider__in=away, state__in=LIVE).exclude(reference="").exists():
            continue
        try:
            _end(str(payment.id), Act.EXPIRE, "worker")
            done += 1
        except PaymentClosed:
            continue
        except ProviderAway as error:
            away.add(error.data["provider"])
    return done


def payments_ask() -> int:
    """Ask the provider about orders of which no notice came: a lost notice loses no money. Who was asked longest ago is first; a
    provider that does not answer is asked no more in this round. Returns how many were asked."""
    away: set[str] = set()
    now, asked = clock.now(), 0
    rows = Attempt.objects.filter(
        Q(asked_at=None) | Q(asked_at__lt=now - ASK_AGAIN), state__in=("open", "waiting"), created_at__lt=now - ASK_AFTER,
        created_at__gt=now - ASK_FOR).exclude(reference="").order_by(F("asked_at").asc(nulls_first=True), "created_at")[:100]
    for attempt in rows:
        if attempt.provider in away:
            continue
        if _ask(attempt, "worker", stop=False):
            asked += 1
        else:
            away.add(attempt.provider)
    return asked
