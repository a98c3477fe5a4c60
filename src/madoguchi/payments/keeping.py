"""Payments at the end of a case's term of keeping, and as witnesses of what the record says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.keeping import FOREVER, goes_on, last_before
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.witness import DESTROYED, Act, Chains, living, missing

from .models import Attempt, DayClose, Payment, Refund
from .parity import unlike
from .providers import COUNTER
from .rules import BOOKS, OPEN
from .selectors import undecided
from .setup import setup


def payments_hold(case_id: str) -> str:
    """Why a case may not be destroyed yet. Empty when it may."""
    if Refund.unsettled().filter(payment__case_ref=case_id).exists():
        return "終わっていない還付があります"
    if undecided().filter(case_ref=case_id).exists():
        return "取り下げられた件の手数料を、還付するか決まっていません"
    uncounted = {"payment__case_ref": case_id, "closed": None}
    if (Attempt.objects.filter(provider__in=COUNTER, state="paid", **uncounted).exists()
            or Refund.objects.filter(attempt__provider__in=COUNTER, state="done", **uncounted).exists()):
        return "まだ日締めに入っていない現金か端末の支払いがあります"
    return "終わっていない支払いがあります" if Payment.objects.filter(case_ref=case_id, state__in=OPEN).exists() else ""


def payments_forget(case_id: str) -> dict[str, int]:
    """Destroy the payments of a case, in the caller's transaction. Those whose own term runs stay: there is no person in them."""
    today = clock.today()
    rows = [row.id for row in Payment.objects.filter(case_ref=case_id) if setup().keep is None or _over(row, today)]
    return _delete(rows)


def _delete(ids: list[UUID]) -> dict[str, int]:
    refunds = Refund.objects.filter(payment__in=ids).delete()[1].get("payments.Refund", 0)  # their slips go with them
    Attempt.objects.filter(payment__in=ids).delete()
    return {"payments": Payment.objects.filter(id__in=ids).delete()[0], "refunds": refunds}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a payment of no case goes. ``why_not`` is empty when it does."""

    payment_id: str
    words: str
    last_on: dt.date
    goes_on: dt.date
    why_not: str


def _last(row: Payment) -> dt.date:
    """When it was last dealt with."""
    refunds = Refund.objects.filter(payment=row).values_list("asked_at", "done_at")
    days = [row.created_at, row.paid_at, *(at for pair in refunds for at in pair)]
    return max(at for at in days if at).astimezone(clock.JST).date()


def _over(row: Payment, today: dt.date) -> bool:
    years = setup().keep
    return years is not None and years != FOREVER and goes_on(_last(row), years) <= today


def _case_lives(row: Payment) -> bool:
    """Its case, or its application that was never accepted, is there yet."""
    over = AuditEntry.objects.filter(chain=row.chain, action__in=(DESTROYED, "filing.destroyed"))
    return bool(row.case_ref) and not over.exists()


def _against(row: Payment) -> str:
    if row.state in OPEN:
        return "終わっていない支払いです"
    if Refund.unsettled().filter(payment=row).exists():
        return "終わっていない還付があります"
    if undecided().filter(id=row.id).exists():
        return "取り下げられた件の手数料を、還付するか決まっていません"
    uncounted = Attempt.objects.filter(payment=row, provider__in=COUNTER, state="paid", closed=None).exists()
    return "まだ日締めに入っていない現金か端末の支払いです" if uncounted else ""


def _verdict(row: Payment, today: dt.date) -> Verdict | None:
    """None while its term runs, or its case is there: it goes with that."""
    if row.key.startswith(BOOKS) or not _over(row, today) or _case_lives(row):
        return None
    last = _last(row)
    return Verdict(str(row.id), f"支払い {row.receipt} {row.amount:,}円", last, goes_on(last, setup().keep or 0), _against(row))


def payments_over(*, today: dt.date | None = None) -> Iterator[Verdict]:
    """Payments of no case whose term is over, with what speaks against their going. What the books of the room above hold stays."""
    if setup().keep in (None, FOREVER):
        return
    today = today or clock.today()
    before = dt.datetime.combine(last_before(today, setup().keep or 0), dt.time(), clock.JST)
    for row in Payment.objects.filter(created_at__lt=before).exclude(key__startswith=BOOKS).order_by("created_at").iterator(chunk_size=500):
        if found := _verdict(row, today):
            yield found


@transaction.atomic(durable=True)
def payment_destroy(*, actor: str, payment_id: str, today: dt.date | None = None) -> bool:
    """Destroy one, judged again under its lock. False if it stays."""
    row = Payment.objects.select_for_update().filter(id=payment_id).first()
    found = _verdict(row, today or clock.today()) if row else None
    if row is None or found is None or found.why_not:
        return False
    _delete([row.id])
    audit.record(actor, "payment.destroyed", chain=row.chain, facts={"payment": payment_id, "last": str(found.last_on)})
    return True


def _kept(acts: list[Act]) -> list[Act]:
    """The acts but those of payments that were destroyed when their term was over."""
    gone = {act.facts["payment"] for act in acts if act.action == "payment.destroyed"}
    return [act for act in acts if act.facts.get("payment") not in gone] if gone else acts


def witness(chains: Chains) -> Iterator[Fault]:
    """Payments and refunds that the record says there are, and sums that are not the recorded ones."""
    chains = {case: _kept(acts) for case, acts in chains.items()}
    yield from missing(chains, ("payment.created",), Payment.objects.all(), "case_ref", "支払いの記録")
    yield from missing(chains, ("refund.asked",), Refund.objects.all(), "payment__case_ref", "還付の記録")
    alive = living(chains, "payment.created")
    for payment in Payment.objects.filter(case_ref__in=list(alive)).prefetch_related("refunds") if alive else []:
        acts = [a for a in alive[payment.case_ref] if a.facts.get("payment") == str(payment.id)]
        for fault in unlike(payment, payment.refunds.all(), acts):
            yield Fault(f"case:{payment.case_ref}", (acts or alive[payment.case_ref])[-1].seq, f"支払い {payment.receipt}: {fault}")
        came = sum(a.facts["amount"] for a in acts if a.action == "payment.success") + sum(
            a.facts.get("received", 0) for a in acts if a.action in ("payment.received_again", "payment.amount_differs"))
        back = sum(a.facts["back"] * {"refund.done": 1, "refund.failed": -1}.get(a.action, 0) for a in acts if a.action.startswith("refund."))
        if acts and (came, back) != (payment.received, payment.refunded):
            yield Fault(f"case:{payment.case_ref}", acts[-1].seq,
                        f"支払いの金額が記録と違います(記録 入金{came:,}円・還付{back:,}円、今は {payment.received:,}円・{payment.refunded:,}円)")


CLOSED = {"number": "番号", "left": "前の残り", "taken": "受け取った額", "back": "返した額", "voided": "取消しの額", "counted": "数えた額",
          "kept": "つり銭として残した額"}


def till_witness(chains: Chains) -> Iterator[Fault]:
    """Counted cash boxes (日締め) that the record says there are, with the sums and the persons that it says; and ones it does not know."""
    known: set[str] = set()
    carried = {before: act.facts["close"] for acts in chains.values() for act in acts for before in act.facts.get("carried", ())}
    for chain, acts in chains.items():
        rows = {str(row.id): row for row in DayClose.objects.filter(section=chain.partition(":")[2])}
        known |= set(rows)
        for act in acts:
            if act.action not in ("till.closed", "till.taken_over"):
                continue
            row, who = rows.get(act.facts["close"]), f"日締め {act.facts['number']}番"
            if row is None:
                yield Fault(chain, act.seq, f"{who}が消されています")
                continue
            columns = CLOSED if act.action == "till.closed" else {"number": CLOSED["number"], "kept": CLOSED["kept"]}
            for column, ja in columns.items():
                if getattr(row, column) != act.facts[column]:
                    yield Fault(chain, act.seq, f"{who}の{ja}が記録と違います(記録 {act.facts[column]:,}、今は {getattr(row, column):,})")
            person, ja = (row.closed_by, "締めた人") if act.action == "till.closed" else (row.accepted_by, "引き継いだ人")
            if person != act.actor:
                yield Fault(chain, act.seq, f"{who}の{ja}が記録と違います")
        said = {act.facts["close"]: act for act in acts if act.action == "till.closed"}
        taken = {act.facts["close"] for act in acts if act.action == "till.taken_over"}
        for key, row in rows.items():
            if key not in said or (row.accepted_by and key not in taken):
                yield Fault(chain, acts[-1].seq, f"日締め {row.number}番の{'引き継ぎ' if key in said else ''}記録がありません(誰かが書き足した疑い)")
            if carried.get(key, "") != str(row.carried_id or ""):
                yield Fault(chain, acts[-1].seq, f"日締め {row.number}番のつり銭を数えた締めが記録と違います")
            if sum(int(kind) * n for kind, n in row.counts.items()) != row.counted:
                yield Fault(chain, acts[-1].seq, f"日締め {row.number}番の金種の合計が、数えた額と違います")
    for row in DayClose.objects.exclude(id__in=known):
        yield Fault(f"till:{row.section}", 1, f"日締め {row.number}番の記録がありません(誰かが書き足した疑い)")
