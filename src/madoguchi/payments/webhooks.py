"""Notices of a gateway: taken once, stored before they are answered."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from madoguchi.kernel import clock, failpoints

from .errors import WebhookForged
from .models import GatewayNotice
from .providers import provider_of
from .refunds import refund_told
from .services import report_apply_in


def notice_take(*, provider: str, body: bytes, signature: str) -> str:
    """Check, remember and apply one notice. Returns what came of it; the same event again is "again". Raises WebhookForged.

    The event's row and what it changes are one transaction: dying in between leaves nothing, and the gateway, which got no
    answer, sends it again.
    """
    notice = provider_of(provider).verify_webhook(body, signature)
    if notice is None:
        raise WebhookForged
    failpoints.hit("payments.notice.before_write")
    try:
        with transaction.atomic(durable=True):
            about = notice.report or notice.refund
            row = GatewayNotice.objects.create(
                provider=provider, event=notice.event[:200], kind=notice.kind[:80],
                reference=about.reference[:200] if about else "", outcome="nothing", at=clock.now())
            if notice.report:
                row.outcome = report_apply_in(provider=provider, report=notice.report, actor=f"gateway:{provider}")
            if notice.refund:
                row.outcome = refund_told(provider=provider, report=notice.refund, actor=f"gateway:{provider}")
            row.save(update_fields=["outcome"])
            failpoints.hit("payments.notice.before_commit")
    except IntegrityError:
        if GatewayNotice.objects.filter(provider=provider, event=notice.event[:200]).exists():
            return "again"
        raise
    return row.outcome
