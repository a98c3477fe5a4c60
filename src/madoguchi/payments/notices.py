"""Odd notices of a gateway (an order that nobody here knows, another sum): a person compares them with the gateway's own page, and says what
it was. Until then they stand above the list."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from .errors import CountWrong, PaymentNotFound
from .models import GatewayNotice
from .selectors import ODD, notices_odd

CHAIN = "payments"
LONGEST = 200


@transaction.atomic(durable=True)
def notice_seen(*, actor: Staff, notice_id: int, why: str) -> GatewayNotice:
    """A person has looked at it: what was said of this order until now stands above the list no more; what is said later does. Raises
    PaymentNotFound, CountWrong."""
    found = next((row for row in notices_odd(actor=actor) if row.id == notice_id), None)
    if found is None or not actor.sections():  # who only reads compares nothing
        raise PaymentNotFound
    if not 1 <= len(why) <= LONGEST:
        raise CountWrong([(f"why-{found.id}", f"見比べて分かったことを、1〜{LONGEST}文字で書いてください。")])
    same = GatewayNotice.objects.filter(provider=found.provider, reference=found.reference, outcome__in=ODD, seen_at=None, id__lte=found.id)
    count = same.update(seen_by=actor.actor, seen_at=clock.now(), seen_why=why)
    audit.record(actor.actor, "notice.seen", chain=CHAIN, of=why, facts={"notice": found.id, "outcome": found.outcome, "notices": count})
    failpoints.hit("payments.notice_seen.before_commit")
    return found
