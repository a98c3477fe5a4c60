"""還付: asked for by one person, approved by another, then done: by a worker at the gateway, or over the counter."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, Sum

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, outbox

from .errors import PaymentClosed, PaymentNotFound, ProviderUnknown, RefundWrong, SecondPersonNeeded
from .events import CHANGED, REFUND_APPROVED
from .models import Attempt, Payment, Refund
from .ports import Accepted, Later, RefundOrder, RefundReport, Retry, books
from .providers import COUNTER, FREE, LASTING, TERMINAL, provider_of
from .rules import BOOKS, REASONS, VOID, refundable
from .selectors import payment_get
from .services import by_key
from .terminals import slip_back

BOOKED = ("税・料金として納められ、帳簿に載るお金なので、ここからは返せません（窓口で打ち間違えたときだけ、締める前なら取り消せます）。"
          "納めすぎになったときは、「収納」の過誤納金から還付してください。")


def promised(attempt: Attempt) -> int:
    """What went back of an order, or is asked or approved to."""
    rows = Refund.objects.filter(attempt=attempt, state__in=("asked", "approved", "done"))
    return int(rows.aggregate(total=Sum("amount"))["total"] or 0)


@transaction.atomic(durable=True)
def refund_ask(*, actor: Staff, payment_id: str, amount: int, reason: str) -> Refund:
    """Ask for money to go back. Raises PaymentNotFound, RefundWrong."""
    payment = payment_get(actor=actor, payment_id=payment_id, lock=True)
    if payment.key.startswith(BOOKS):
        _book_check(payment, reason)
    if reason not in REASONS:
        raise RefundWrong("還付の理由を選んでください。")
    attempt = _to_void(payment, amount) if reason == VOID else next(
        (a for a in payment.attempts.filter(state="paid").order_by("created_at") if refundable(a.amount, promised(a)) >= amount > 0), None)
    if attempt is None:
        most = refund_most(payment)
        raise RefundWrong(f"還付できるのは1円から{most:,}円までです。金額を直してください。" if most else "還付できるお金がありません。")
    refund = Refund.objects.create(payment=payment, attempt=attempt, amount=amount, reason=reason, asked_by=actor.actor, asked_at=clock.now())
    _record(refund, actor.actor, "refund.asked")
    return refund


def _book_check(payment: Payment, reason: str) -> None:
    """Of what the books of a room above hold nothing goes back from here but a mistake of the counter, and only while they can undo it.
    Raises RefundWrong."""
    if reason != VOID or not may_void(payment):
        raise RefundWrong(BOOKED)
    if refused := next((book.refused(payment.case_ref) for book in books), BOOKED):
        raise RefundWrong(refused)


def may_void(payment: Payment) -> bool:
    """Did the counter take it, in a day that is not closed, and is nobody taking it back?"""
    taken = payment.attempts.filter(provider__in=COUNTER, state="paid", closed=None).first()
    return taken is not None and not promised(taken)


def refund_most(payment: Payment) -> int:
    """The most yen that can still go back of one order."""
    return max((refundable(a.amount, promised(a)) for a in payment.attempts.filter(state="paid")), default=0)


def _to_void(payment: Payment, amount: int) -> Attempt:
    """取消し is of all that the counter took for a payment, before the day is closed."""
    taken = payment.attempts.filter(provider__in=COUNTER, state="paid", closed=None).first()
    if taken is None:
        raise RefundWrong("取消しができるのは、締める前の、窓口で受け取ったものだけです。ほかの理由を選び、還付として申し出てください。")
    if amount != taken.amount or promised(taken):
        raise RefundWrong(f"取消しは、受け取った{taken.amount:,}円の全額だけです。一部だけ返すときは、ほかの理由を選んでください。")
    return taken


def _record(refund: Refund, actor: str, action: str) -> None:
    audit.record(actor, action, chain=refund.payment.chain, facts={
        "payment": str(refund.payment_id), "refund": str(refund.id), "back": refund.amount, "reason": refund.reason})


def _told(refund: Refund, state: str) -> None:
    """The applicant hears of what does not happen before their eyes, in the caller's transaction: a mistyped taking (VOID) is handed back
    to who still stands there, for every other cash somebody has to come. ``state``: refunding, refunded, unrefunded (it could not be given back)."""
    if refund.payment.case_ref and refund.attempt.provider != FREE and refund.reason != VOID:
        outbox.publish(CHANGED, case_ref=refund.payment.case_ref, key=f"refund:{refund.id}:{state}", payload={
            "payment": str(refund.payment_id), "case": refund.payment.case_ref, "state": state, "means": refund.attempt.provider})


def refund_get(*, actor: Staff, refund_id: str) -> Refund:
    """A refund of this person's sections, its payment locked, in the caller's transaction. Raises PaymentNotFound."""
    found = Refund.objects.filter(id=refund_id).first()
    if found is None:
        raise PaymentNotFound
    payment_get(actor=actor, payment_id=str(found.payment_id), lock=True)
    return Refund.objects.select_related("payment", "attempt").get(id=refund_id)


@transaction.atomic(durable=True)
def refund_answer(*, actor: Staff, refund_id: str, approve: bool) -> Refund:
    """Approve or decline, by another person than who asked, who stamps in the section (係長・課長). Raises SecondPersonNeeded,
    PaymentClosed, PaymentNotFound."""
    refund = refund_get(actor=actor, refund_id=refund_id)
    section = refund.payment.section
    if refund.asked_by == actor.actor or not (actor.may(Right.STAMP_CHIEF, section) or actor.may(Right.STAMP_MANAGER, section)):
        raise SecondPersonNeeded
    if refund.state != "asked":
        raise PaymentClosed("この還付は、すでに承認か却下がされています。")
    refund.state, refund.approved_by = "approved" if approve else "declined", actor.actor
    refund.save(update_fields=["state", "approved_by"])
    _record(refund, actor.actor, f"refund.{refund.state}")
    if approve and refund.attempt.provider not in (*COUNTER, FREE):
        outbox.publish(REFUND_APPROVED, case_ref=refund.payment.case_ref, key=f"refund:{refund.id}", payload={"refund": str(refund.id)})
    if approve:
        _told(refund, "refunding")
    return refund


def refund_send(message: outbox.Envelope) -> None:
    """Handler of RefundApproved: let the gateway give the money back. Calling again never pays twice: the key is the same."""
    refund = Refund.objects.select_related("payment", "attempt").filter(id=message.payload["refund"]).first()
    if refund is not None and refund.state == "approved":
        _send(refund)


def refunds_ask() -> int:
    """Ask again how refunds stand that a gateway has under way: a lost notice leaves none so. Returns how many were asked."""
    rows = Refund.objects.select_related("payment", "attempt").filter(state="approved").exclude(reference="").exclude(
        attempt__provider__in=(*COUNTER, *LASTING)).order_by("asked_at")[:100]
    for asked, refund in enumerate(rows):
        try:
            _send(refund)
        except outbox.Retry:
            return asked
    return len(rows)


def _send(refund: Refund) -> None:
    try:
        provider = provider_of(refund.attempt.provider)
    except ProviderUnknown:  # switched off for now: the money is with the provider
        raise outbox.Retry("the means of payment is switched off") from None
    failpoints.hit("payments.refund.before_call")
    answer = provider.refund(RefundOrder(str(refund.id), refund.attempt.paid_by, refund.amount))
    failpoints.hit("payments.refund.after_call")
    if isinstance(answer, Retry):
        raise outbox.Retry(answer.why)
    if isinstance(answer, Later):
        Refund.objects.filter(id=refund.id, state="approved").update(reference=answer.reference)
    elif isinstance(answer, Accepted):
        _done(str(refund.id), answer.reference, "worker")
    else:
        with transaction.atomic(durable=True):
            _failed_in(str(refund.id), "worker")


def _done(refund_id: str, reference: str, actor: str) -> None:
    with transaction.atomic(durable=True):
        _done_in(refund_id, reference, actor)


def _locked(refund_id: str) -> tuple[Refund, Payment]:
    payment = Payment.objects.select_for_update().get(id=Refund.objects.get(id=refund_id).payment_id)
    return Refund.objects.select_related("payment", "attempt").get(id=refund_id), payment


def _failed_in(refund_id: str, actor: str) -> bool:
    """The gateway does not give it back, or could not although it seemed to: it is owed again, and may be asked for again."""
    refund, payment = _locked(refund_id)
    if refund.state not in ("approved", "done"):
        return False
    if refund.state == "done":
        payment.refunded -= refund.amount
        payment.save(update_fields=["refunded"])
    _record(refund, actor, "refund.failed" if refund.state == "done" else "refund.refused")
    refund.state, refund.done_at = "refused", None
    refund.save(update_fields=["state", "done_at"])
    _told(refund, "unrefunded")
    failpoints.hit("payments.refund.before_commit")
    return True


def refund_told(*, provider: str, report: RefundReport, actor: str) -> str:
    """Apply what a gateway says of a refund, in the caller's transaction: applied, nothing (known already, or under way), or unknown
    (not one of ours: somebody gave money back there, beside the city hall)."""
    named = by_key(report.key) | Q(reference=report.reference)
    refund = Refund.objects.filter(named, attempt__provider=provider).first()
    if refund is None:
        return "unknown"
    before = refund.state
    if report.state == "failed":
        return "applied" if _failed_in(str(refund.id), actor) else "nothing"
    if report.state == "done":
        _done_in(str(refund.id), report.reference, actor)
    return "applied" if report.state == "done" and before == "approved" else "nothing"


def _done_in(refund_id: str, reference: str, actor: str) -> None:
    refund, payment = _locked(refund_id)
    if refund.state != "approved":
        return
    payment.refunded += refund.amount
    payment.save(update_fields=["refunded"])
    refund.state, refund.reference, refund.done_at = "done", reference, clock.now()
    refund.save(update_fields=["state", "reference", "done_at"])
    _record(refund, actor, "refund.done")
    _told(refund, "refunded")
    failpoints.hit("payments.refund.before_commit")


def refund_reported(*, refund_id: str, actor: str) -> bool:
    """What was promised (Later) has gone back now, in the caller's transaction. Telling it again changes nothing and is False."""
    waits = Refund.objects.filter(id=refund_id, state="approved").exists()  # gone with its case, at the earliest
    if waits:
        _done_in(refund_id, Refund.objects.get(id=refund_id).reference, actor)
    return waits


@transaction.atomic(durable=True)
def refund_hand_over(*, actor: Staff, refund_id: str, slip: str = "") -> None:
    """The cashier has given back what was approved, in cash or at the terminal that took it (``slip``: the number that it printed).
    Raises CountWrong, PaymentClosed, PaymentNotFound."""
    refund = refund_get(actor=actor, refund_id=refund_id)
    if refund.state != "approved" or refund.attempt.provider not in COUNTER:
        raise PaymentClosed("この還付は、窓口で返せる状態ではありません。承認を受けているか確認してください。")
    if refund.payment.key.startswith(BOOKS):
        _book_undo(refund, actor)
    reference = slip_back(refund, slip).reference if refund.attempt.provider == TERMINAL else ""
    _done_in(refund_id, reference, actor.actor)


def _book_undo(refund: Refund, actor: Staff) -> None:
    """In the transaction in which it is handed over: the books still can undo it, and do. Raises RefundWrong."""
    for book in books:
        if refused := book.refused(refund.payment.case_ref):
            raise RefundWrong(f"{refused}お金はまだ渡さないでください。")
        book.void(refund.payment.case_ref, actor.actor)


def void_waits(case_ref: str) -> bool:
    """Is somebody taking back what the counter took for these books (打ち間違い), and has not handed it over? For the room whose books they are."""
    rows = Refund.objects.filter(payment__case_ref=case_ref, payment__key__startswith=BOOKS, reason=VOID, state__in=("asked", "approved"))
    return rows.exists()
