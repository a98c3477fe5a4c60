"""The record of payments compared: each sum with what it is made of, each row with what the record of acts says. Differences in words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from django.db import connection

from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.witness import DESTROYED, Act

from .models import Payment, Refund
from .rules import State

MOST = 100  # of one kind of difference
SOME = 200
RECEIVED = """
SELECT p.receipt, p.received, COALESCE(SUM(a.amount), 0) FROM payments_payment p
LEFT JOIN payments_attempt a ON a.payment_id = p.id AND a.state = 'paid' GROUP BY p.id, p.receipt, p.received
HAVING p.received <> COALESCE(SUM(a.amount), 0)"""
REFUNDED = """
SELECT p.receipt, p.refunded, COALESCE(SUM(r.amount), 0) FROM payments_payment p
LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.state = 'done' GROUP BY p.id, p.receipt, p.refunded
HAVING p.refunded <> COALESCE(SUM(r.amount), 0)"""
SETTLED = """
SELECT p.receipt, p.amount, p.received FROM payments_payment p WHERE p.state = 'success' AND NOT (p.amount = 0 AND p.means = 'free')
AND NOT EXISTS (SELECT 1 FROM payments_attempt a
  WHERE a.payment_id = p.id AND a.state = 'paid' AND a.amount = p.amount AND a.provider = p.means)"""
HELD = """
SELECT receipt, over, back FROM (
  SELECT p.receipt, p.received - CASE WHEN p.state = 'success' THEN p.amount ELSE 0 END AS over,
    COALESCE((SELECT SUM(r.amount) FROM payments_refund r WHERE r.payment_id = p.id), 0) AS back FROM payments_payment p WHERE p.received > 0
) x WHERE over > back"""
PROMISED = """
SELECT p.receipt, a.amount, SUM(r.amount) FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
JOIN payments_refund r ON r.attempt_id = a.id AND r.state IN ('asked', 'approved', 'done')
GROUP BY a.id, p.receipt, a.amount HAVING SUM(r.amount) > a.amount"""
WORDS = (
    (RECEIVED, "支払い {who}: 受け取った額は{ought:,}円、払われた注文の合計は{stands:,}円です"),
    (REFUNDED, "支払い {who}: 返した額は{ought:,}円、済んだ還付の合計は{stands:,}円です"),
    (SETTLED, "支払い {who}: {ought:,}円が支払い済みになっていますが、その払い方・額の入金がありません(入金は合わせて{stands:,}円)"),
    (HELD, "支払い {who}: 請求のほかに{ought:,}円を受け取っていますが、還付の申し出は{stands:,}円です"),
    (PROMISED, "支払い {who}: 払われた{ought:,}円の注文から、{stands:,}円を返すことになっています"),
)
MADE = ("payment.created", "payment.rebilled")
REFUND_STATES = {"refund.asked": "asked", "refund.approved": "approved", "refund.declined": "declined", "refund.done": "done",
                 "refund.refused": "refused", "refund.failed": "refused"}


def differences() -> list[str]:
    """Every difference, in words; empty when all is equal to the yen."""
    out = []
    with connection.cursor() as cursor:
        for sql, words in WORDS:
            cursor.execute(f"{sql} LIMIT {MOST}")
            out += [words.format(who=who, ought=int(ought), stands=int(stands)) for who, ought, stands in cursor.fetchall()]
    found = list(itertools.islice(_unlike_record(), MOST))
    if found:  # people pay meanwhile: a difference is there twice
        found = [fault for fault in itertools.islice(_unlike_record(), MOST) if fault in found]
    return out + found


def _unlike_record() -> Iterator[str]:
    rows = Payment.objects.prefetch_related("refunds").order_by("created_at", "id").iterator(chunk_size=SOME)
    while some := list(itertools.islice(rows, SOME)):
        by_payment = _acts({row.chain for row in some})
        for row in some:
            if row.lines and sum(line["sum"] for line in row.lines) != row.amount:
                yield f"支払い {row.receipt}: 内訳の合計が、請求額{row.amount:,}円と違います"
            yield from (f"支払い {row.receipt}: {fault}" for fault in unlike(row, row.refunds.all(), by_payment.get(str(row.id), [])))


def _acts(chains: set[str]) -> dict[str, list[Act]]:
    """What these chains say of payments, by payment."""
    rows = AuditEntry.objects.filter(chain__in=chains).exclude(action=DESTROYED).order_by("seq")
    out: dict[str, list[Act]] = {}
    for seq, at, action, facts, actor in rows.values_list("seq", "at", "action", "facts", "actor"):
        if action.startswith(("payment.", "refund.")) and "payment" in facts:
            out.setdefault(facts["payment"], []).append(Act(seq, at, action, facts, digest=False, actor=actor))
    return out


def unlike(payment: Payment, refunds: Iterable[Refund], acts: list[Act]) -> Iterator[str]:
    """In what a payment and its refunds differ from the acts on it, the oldest first."""
    if not any(act.action == "payment.created" for act in acts):
        yield "支払いの記録がありません(誰かが書き足した疑い)"
        return
    states = {f"payment.{state}": state for state in State}
    state = [State.CREATED if act.action in MADE else states[act.action] for act in acts if act.action in MADE or act.action in states][-1]
    amount = [act.facts["amount"] for act in acts if "amount" in act.facts][-1]
    if payment.state != state:
        yield f"状態が記録と違います(記録 {state}、今は {payment.state})"
    if payment.amount != amount:
        yield f"請求額が記録と違います(記録 {amount:,}円、今は {payment.amount:,}円)"
    said: dict[str, list[Act]] = {}
    for act in acts:
        if act.action in REFUND_STATES:
            said.setdefault(act.facts["refund"], []).append(act)
    for refund in refunds:
        yield from _refund_unlike(refund, said.get(str(refund.id), []))


def _refund_unlike(refund: Refund, acts: list[Act]) -> Iterator[str]:
    asked = next((act for act in acts if act.action == "refund.asked"), None)
    if asked is None:
        yield f"還付{refund.amount:,}円の申し出の記録がありません(誰かが書き足した疑い)"
        return
    answered = next((act.actor for act in acts if act.action in ("refund.approved", "refund.declined")), "")
    stands = (refund.amount, refund.reason, refund.state, refund.asked_by, refund.approved_by)
    ought = (asked.facts["back"], asked.facts["reason"], REFUND_STATES[acts[-1].action], asked.actor, answered)
    for name, one, other in zip(("額", "理由", "状態", "申し出た人", "承認した人"), ought, stands, strict=True):
        if one != other:
            yield f"還付の{name}が記録と違います(記録 {one}、今は {other})"
