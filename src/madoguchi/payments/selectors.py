"""Readers. Staff see the payments of their sections; a resident's are asked for through their application."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from madoguchi.identity.public import Right, Staff

from .errors import PaymentNotFound
from .models import Attempt, GatewayNotice, Payment, Refund, TerminalSlip
from .providers import FREE
from .rules import AGAIN, FEES, OPEN, REFUSED, VOID, WITHDRAWN, State
from .setup import slips

ODD = ("unknown", "amount")


def payment_get(*, actor: Staff, payment_id: str, lock: bool = False) -> Payment:
    """A payment of this person's sections; the auditor reads all. Raises PaymentNotFound."""
    rows = Payment.objects.select_for_update() if lock else Payment.objects.all()
    found = rows.filter(id=payment_id).first()
    may = found is not None and (actor.may(Right.WORK_CASES, found.section) or (not lock and actor.may(Right.READ_ALL_CASES)))
    if found is None or not may:
        raise PaymentNotFound
    return found


def payment_list(*, actor: Staff, query: str = "", wanted: str = "", page: int = 1) -> Page[Payment]:
    """Payments of this person's sections, the newest first, 50 a page. ``wanted``: open, refunds, decide (of what was withdrawn), or all."""
    rows = Payment.objects.all() if actor.may(Right.READ_ALL_CASES) else Payment.objects.filter(section__in=actor.sections())
    if query:
        rows = rows.filter(receipt=query)
    if wanted == "open":
        rows = rows.filter(state__in=["created", "started", "submitted", "failed"])
    if wanted == "refunds":
        rows = rows.filter(id__in=Refund.unsettled().values("payment"))
    if wanted == "decide":
        rows = rows.filter(id__in=undecided().values("id"))
    return Paginator(rows.order_by("-created_at", "id"), 50).get_page(page)


def refunds_of(payment: Payment) -> list[Refund]:
    """Refunds of a payment that was found, the oldest first."""
    return list(Refund.objects.filter(payment=payment).select_related("attempt__slip").order_by("asked_at"))


def refund_failed(payment: Payment) -> bool:
    """Could something not be given back, and has nobody asked for it again?"""
    return Refund.unsettled().filter(payment=payment, state="refused").exists()


def slip_of(payment: Payment) -> TerminalSlip | None:
    """The terminal's slip on which a payment was made."""
    return TerminalSlip.objects.filter(attempt__payment=payment).first()


def is_void(payment: Payment) -> bool:
    """Was it taken by mistake and given back (取消し)? Then its 領収証 is no good."""
    return bool(payment.refunded) and Refund.objects.filter(payment=payment, reason=VOID, state="done").exists()


def is_given_back(payment: Payment) -> bool:
    """Did all of it go back, or is about to, so that the case has not paid: taken by mistake (取消し), or because nothing was issued? The latter is
    owed again when the case is taken up again and something is issued after all."""
    going = payment.refunds.filter(reason=REFUSED, state__in=("approved", "done")).aggregate(total=Sum("amount"))["total"] or 0
    return is_void(payment) or 0 < payment.received <= going


def backs_of_case(case_ref: str) -> tuple[list[Refund], list[Refund], bool]:
    """What its payer knows of what has not come back: what is approved and on its way or waits at the counter, what could not be given back,
    and whether it is asked for because the application was withdrawn. A mistyped taking (VOID) is theirs only when it is undone. For a room
    above that has checked whose case it is."""
    rows = Refund.objects.filter(payment__case_ref=case_ref).exclude(reason=VOID).exclude(attempt__provider=FREE).exclude(state="declined")
    found = list(rows.select_related("attempt").order_by("asked_at"))
    last = {row.attempt_id: row for row in found if row.state != "asked"}
    return ([row for row in found if row.state == "approved"], [row for row in last.values() if row.state == "refused"],
            any(row.state == "asked" and row.reason == WITHDRAWN for row in found))


def going_back(payments: Iterable[Payment]) -> set[UUID]:
    """Of payments that were found, those of which something is approved to go back and has not gone yet."""
    rows = Refund.objects.filter(payment__in=[payment.id for payment in payments], state="approved")
    return set(rows.values_list("payment_id", flat=True))


def undecided() -> QuerySet[Payment]:
    """Paid for what was withdrawn, and nobody has asked to give it back or said why it stays. What goes back for another reason (減免) needs
    no decision more."""
    going = Refund.objects.filter(payment=OuterRef("pk"), reason=WITHDRAWN, state__in=("asked", "approved", "done"))
    failed = Refund.objects.filter(payment=OuterRef("pk"), reason=WITHDRAWN, state="refused")  # stands under 還付がある
    promised = Refund.objects.filter(payment=OuterRef("pk"), state__in=("asked", "approved", "done")).order_by().values("payment")
    yen = Coalesce(Subquery(promised.annotate(yen=Sum("amount")).values("yen")), 0)
    return Payment.objects.filter(~Exists(going), ~Exists(failed), withdrawn_at__isnull=False, kept_at=None, received__gt=yen)


def is_undecided(payment: Payment) -> bool:
    """Has somebody still to decide whether this fee goes back?"""
    return payment.withdrawn_at is not None and undecided().filter(id=payment.id).exists()


def payment_of_case(case_ref: str) -> Payment | None:
    """The fee of an application, for a room above that has checked whose it is: where 減免 was taken away after it was settled, what is
    to be paid besides."""
    return Payment.objects.filter(case_ref=case_ref).order_by("-created_at").first()


def fees_of_case(case_ref: str) -> list[Payment]:
    """All that was asked for, the first first; for a room above that has checked whose case it is."""
    return list(Payment.objects.filter(case_ref=case_ref).order_by("created_at")) if case_ref else []


def fee_owed(case_ref: str) -> bool:
    """Is something that was asked for an application not paid: open, run out, or given back (`is_given_back`) and not asked for again?"""
    rows = fees_of_case(case_ref)
    keys = {row.key for row in rows}
    return any(row.state in (*OPEN, State.EXPIRED) or (is_given_back(row) and f"{row.key}{AGAIN}" not in keys) for row in rows)


def slip_offered(payment: Payment) -> bool:
    """Can a 納付書 be had for it, as far as the city's choice goes? Only for the fee of an application."""
    return slips().offered and payment.key.startswith(FEES) and payment.state in OPEN and payment.state != State.SUBMITTED


def orders_known(means: str) -> dict[str, bool]:
    """Every order by a means that lasts: its reference, and whether it is paid; for the books of the room above."""
    rows = Attempt.objects.filter(provider=means).exclude(reference="").values_list("reference", "state")
    return {reference: state == "paid" for reference, state in rows}


def payments_of_cases(case_refs: list[str]) -> dict[str, Payment]:
    """Fees by application, for a list that a room above has checked."""
    return {p.case_ref: p for p in Payment.objects.filter(case_ref__in=case_refs)}


def notices_odd(*, actor: Staff) -> list[GatewayNotice]:
    """What the gateway said of orders that nobody knows, or of another sum, and nobody has looked at; the last of each order, the newest first.
    Of an order that is known: for the section whose fee it is; of one that nobody knows, for every section that takes fees."""
    last: dict[tuple[str, str], GatewayNotice] = {}
    for row in GatewayNotice.objects.filter(outcome__in=ODD, seen_at=None).order_by("id"):
        last[row.provider, row.reference] = row
    known = dict(Attempt.objects.filter(reference__in={ref for _, ref in last if ref}).values_list("reference", "payment__section"))
    all_, own = actor.may(Right.READ_ALL_CASES), set(actor.sections())
    shown = [row for row in last.values() if all_ or (known[row.reference] in own if row.reference in known else own)]
    return sorted(shown, key=lambda row: -row.id)
