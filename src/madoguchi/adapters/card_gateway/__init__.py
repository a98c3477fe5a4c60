"""Cards through a gateway of Stripe's protocol, by its official SDK: Checkout Sessions (the gateway's own page takes the card
and does 3-D Secure; no card number ever comes to the city hall), refunds, signed webhooks.

The SDK is imported by the first call (0.3 s and 25 MB: docs/payments.md).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings

from madoguchi.payments.ports import (
    Accepted,
    Later,
    Notice,
    Order,
    RefundOrder,
    RefundReport,
    Refused,
    Report,
    Retry,
    Started,
)

LOCALES = {"ja": "ja", "ja-easy": "ja", "en": "en", "zh-hans": "zh", "vi": "vi", "pt": "pt-BR"}
METADATA = "madoguchi_key"
REFUNDS = ("refund.", "charge.refund.")  # created, updated, failed; the longer name is what older accounts send
GONE = {"succeeded": "done", "failed": "failed", "canceled": "failed"}  # pending, requires_action: under way


@functools.cache
def _client(key: str, base: str) -> Any:
    import stripe

    stripe.enable_telemetry = False  # how long our calls took is nobody's business
    return stripe.StripeClient(
        key, base_addresses={"api": base} if base else {}, max_network_retries=0, http_client=stripe.RequestsClient(timeout=10))


def _verdict(call: Callable[[], Any]) -> Any:
    """What the gateway answers, or why not: Retry for what passes by itself or with the right key, Refused for what does not.

    A key that is wrong, revoked or too narrow says nothing of the order that was asked about: it may have been paid."""
    import stripe

    try:
        return call()
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
        return Retry(type(error).__name__)
    except stripe.APIError as error:  # the gateway's own trouble (5xx)
        return Retry(f"{type(error).__name__} {error.http_status}")
    except stripe.IdempotencyError as error:
        return Refused(type(error).__name__)
    except stripe.StripeError as error:
        return Refused(f"{error.code or type(error).__name__}"[:120])


class CardGateway:
    """A gateway of Stripe's protocol."""

    code = "card"

    def __init__(self) -> None:
        given = settings.CARD_GATEWAY
        self.secret, self.client = given["webhook_secret"], functools.partial(_client, given["key"], given["base"])

    def start(self, order: Order) -> Started | Retry | Refused:
        """A page of the gateway for this order. The order's key makes a second call return the same page."""
        found = _verdict(lambda: self.client().v1.checkout.sessions.create(
            {"mode": "payment", "payment_method_types": ["card"], "client_reference_id": order.key, "locale": LOCALES.get(order.language, "auto"),
             "line_items": [{"quantity": 1, "price_data": {"currency": "jpy", "unit_amount": order.amount,
                                                           "product_data": {"name": order.text[:250]}}}],
             "success_url": order.back, "cancel_url": order.back, "expires_at": order.until,
             "metadata": {METADATA: order.key}, "payment_intent_data": {"metadata": {METADATA: order.key}}},
            {"idempotency_key": f"start-{order.key}"}))
        return Started(found.id, found.url) if not isinstance(found, Retry | Refused) else found

    def confirm(self, reference: str) -> Report | Retry | Refused:
        """How the order stands."""
        found = _verdict(lambda: self.client().v1.checkout.sessions.retrieve(reference))
        return found if isinstance(found, Retry | Refused) else _report(found.to_dict())

    def stop(self, reference: str) -> Report | Retry | Refused:
        """Close the gateway's page. One that is closed or paid already cannot be: then how it stands is the answer."""
        found = _verdict(lambda: self.client().v1.checkout.sessions.expire(reference))
        return found if isinstance(found, Retry) else self.confirm(reference)

    def refund(self, order: RefundOrder) -> Accepted | Later | Retry | Refused:
        """Give back, or say how what was made stands. Gateways forget keys after a day, so one that was made is looked for first."""
        made = _verdict(lambda: self.client().v1.refunds.list({"payment_intent": order.paid_by, "limit": 100}))
        if isinstance(made, Retry | Refused):
            return made
        found = next((r for r in made.data if r.to_dict().get("metadata", {}).get(METADATA) == order.key), None) or _verdict(
            lambda: self.client().v1.refunds.create(
                {"payment_intent": order.paid_by, "amount": order.amount, "metadata": {METADATA: order.key}},
                {"idempotency_key": f"refund-{order.key}"}))
        if isinstance(found, Retry | Refused):
            return found
        state = GONE.get(found.status or "", "later")
        return Refused(f"refund {found.status}") if state == "failed" else Accepted(found.id) if state == "done" else Later(found.id)

    def verify_webhook(self, body: bytes, signature: str) -> Notice | None:
        """The notice, when ``Stripe-Signature`` (t=…,v1=HMAC-SHA256) is right and not older than five minutes."""
        import stripe

        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(text, signature, self.secret, 300)
            event = json.loads(text)
            kind, what = str(event["type"]), event["data"]["object"]
            return Notice(str(event["id"]), kind, _report(what, kind) if kind.startswith("checkout.session.") else None,
                          _refund(what) if kind.startswith(REFUNDS) else None)
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, IndexError):
            return None


def _report(session: dict[str, Any], kind: str = "") -> Report:
    state = {"expired": "over"}.get(session.get("status") or "", "open")
    if session.get("payment_status") == "paid":
        state = "paid"
    elif kind.endswith(".async_payment_failed"):
        state = "failed"
    elif session.get("status") == "complete":
        state = "waiting"
    return Report(str(session["id"]), state, int(session.get("amount_total") or 0), str(session.get("currency") or ""),
                  str(session.get("payment_intent") or ""), str(session.get("client_reference_id") or ""))


def _refund(what: dict[str, Any]) -> RefundReport:
    return RefundReport(str(what["id"]), GONE.get(str(what.get("status")), "later"), str((what.get("metadata") or {}).get(METADATA) or ""))
