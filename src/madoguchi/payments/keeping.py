"""Payments at the end of a case's term of keeping, and as witnesses of what the record says."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Chains, living, missing

from .models import Attempt, DayClose, Payment, Refund
from .providers import COUNTER
from .rules import OPEN


def payments_hold(case_id: str) -> str:
    """Why a case may not be destroyed yet. Empty when it may."""
    if Refund.unsettled().filter(payment__case_ref=case_id).exists():
        return "終わっていない還付があります"
    uncounted = {"payment__case_ref": case_id, "closed": None}
    if (Attempt.objects.filter(provider__in=COUNTER, state="paid", **uncounted).exists()
            or Refund.objects.filter(attempt__provider__in=COUNTER, state="done", **uncounted).exists()):
        return "まだ日締めに入っていない現金か端末の支払いがあります"
    return "終わっていない支払いがあります" if Payment.objects.filter(case_ref=case_id, state__in=OPEN).exists() else ""


def payments_forget(case_id: str) -> dict[str, int]:
    """Destroy the payments of a case, in the caller's transaction."""
    refunds = Refund.objects.filter(payment__case_ref=case_id).delete()[1].get("payments.Refund", 0)  # their slips go with them
    Attempt.objects.filter(payment__case_ref=case_id).delete()
    return {"payments": Payment.objects.filter(case_ref=case_id).delete()[0], "refunds": refunds}


def witness(chains: Chains) -> Iterator[Fault]:
    """Payments and refunds that the record says there are, and sums that are not the recorded ones."""
    yield from missing(chains, ("payment.created",), Payment.objects.all(), "case_ref", "支払いの記録")
    yield from missing(chains, ("refund.asked",), Refund.objects.all(), "payment__case_ref", "還付の記録")
    alive = living(chains, "payment.created")
    for payment in Payment.objects.filter(case_ref__in=list(alive)) if alive else []:
        acts = [a for a in alive[payment.case_ref] if a.facts.get("payment") == str(payment.id)]
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
            if sum(int(kind) * n for kind, n in row.counts.items()) != row.counted:
                yield Fault(chain, acts[-1].seq, f"日締め {row.number}番の金種の合計が、数えた額と違います")
    for row in DayClose.objects.exclude(id__in=known):
        yield Fault(f"till:{row.section}", 1, f"日締め {row.number}番の記録がありません(誰かが書き足した疑い)")
