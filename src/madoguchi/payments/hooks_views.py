"""The door for gateways: no session, no form token; the signature is what counts. 2xx only when the notice is stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from madoguchi.web import limits

from .errors import ProviderUnknown, WebhookForged
from .providers import ONLINE
from .webhooks import notice_take

MOST = 256_000  # bytes; a notice of one session is about 4,000


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """Take a notice of the card gateway."""
    limits.check("hook", request)
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST:
            raise WebhookForged
        said = notice_take(provider=ONLINE, body=request.body, signature=request.headers.get("Stripe-Signature", "")[:2000])
    except (WebhookForged, ProviderUnknown):
        limits.spend("hook", request)  # only what is wrong counts: a gateway may send as much as it has to say
        return HttpResponse("refused\n", status=400, content_type="text/plain")
    return HttpResponse(f"{said}\n", content_type="text/plain")
