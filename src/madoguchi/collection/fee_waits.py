"""Fees that wait for what does not come: a 速報 without its 確報, a bank that does not answer, a debit that no file asked for in time."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from madoguchi.kernel import audit, clock
from madoguchi.payments.public import DEBIT, report_apply_in

from .fees import fee_report
from .ledger import CHAIN, one_writer
from .models import FeeSlip
from .rules import ANSWERED, BELIEVED


@transaction.atomic(durable=True)
def fees_unanswered() -> int:
    """Let each be paid otherwise again, and its payer be told; money that comes all the same is taken, or goes back, by the usual rules.
    Returns how many."""
    today = clock.today()
    prompts = Q(prompt_on__lt=today - BELIEVED)
    silent = Q(means=DEBIT, stopped_at=None) & (Q(request__on__lt=today - ANSWERED) | Q(request=None, freed=False, until__lt=today))
    if not FeeSlip.objects.filter(prompts | silent, money=None).exists():
        return 0
    one_writer()
    rows = list(FeeSlip.objects.filter(prompts | silent, money=None).order_by("id")[:200])
    for row in rows:
        row.prompt_on, over = None, row.means == DEBIT
        row.stopped_at = clock.now() if over else row.stopped_at
        row.save(update_fields=["prompt_on", "stopped_at"])
        audit.record("worker", "fee.unanswered", chain=CHAIN, facts={"fee": row.id, "means": row.means})
        report_apply_in(provider=row.means, report=fee_report(row, "over" if over else "failed"), actor="collection")
    return len(rows)
