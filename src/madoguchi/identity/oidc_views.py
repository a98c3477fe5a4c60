"""Sign-in of residents with the card: to the identity provider and back (OpenID Connect, code flow).

What has to be remembered meanwhile lies in a signed cookie that serves once (journeys).
"""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import Said
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from .errors import SignInFailed, SignInStopped
from .journeys import Journey, Kept
from .owners import sign_in
from .ports import IdentityProvider
from .services import identity_provider, resident_signed_in

log = logging.getLogger(__name__)
JOURNEY = Journey("mado_oidc", "oidc", "card_sign_in", "card_callback")
TOO_LATE = ("ログインの途中で時間がたったか、別のブラウザーで開かれたため、ログインできませんでした。"
            "ログインを始めたのと同じブラウザーで、もう一度ログインしてください。")


@posts("/sign-in/")
def card_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = safe_next(request, request.POST.get("next"), "/my/")
    try:
        start = _provider().start(redirect_uri=JOURNEY.callback())
    except SignInFailed as error:
        return _failed(request, error, target)
    return JOURNEY.remember(see_other(start.url), target=target, transaction=start.transaction)


@require_GET  # not HEAD: looking at this address spends the sign-in
def card_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back. Whatever happens, this sign-in is over."""
    return JOURNEY.forget(_come_back(request))


def _come_back(request: HttpRequest) -> HttpResponse:
    target = "/my/"
    try:
        kept = _remembered(request)
        target = kept["next"]
        signed_in = _provider().finish(redirect_uri=JOURNEY.callback(), transaction=kept["kept"], answer=request.GET.dict())
    except SignInStopped as error:
        log.warning("sign-in stopped: %s", error.data.get("reason"))
        return see_other(reverse("sign_in") + "?" + urlencode({"notice": error.data["notice"], "next": target}))
    except SignInFailed as error:
        return _failed(request, error, target)
    resident = resident_signed_in(issuer=signed_in.issuer, subject=signed_in.subject, person=signed_in.person)
    response = see_other(target)
    sign_in(response, resident)
    return response


def _remembered(request: HttpRequest) -> Kept:
    """What `card_start` put into the cookie, once. Raises SignInFailed."""
    kept, why = JOURNEY.spend(request)
    if kept is None:
        raise SignInFailed(TOO_LATE, reason=why)
    return kept


def _provider() -> IdentityProvider:
    provider = identity_provider()
    if provider is None:
        raise NotFound
    return provider


def _failed(request: HttpRequest, error: SignInFailed, target: str) -> HttpResponse:
    """The page that says what to do. The log gets the reason, which holds nothing about the person."""
    log.warning("sign-in failed: %s", error.data.get("reason"))
    return render(request, "identity/sign_in_failed.html", {"title": Said(error.ja), "next": target}, status=error.status)
