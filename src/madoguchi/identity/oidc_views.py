"""Sign-in of residents with the card: to the identity provider and back (OpenID Connect, code flow).

What has to be remembered meanwhile (state, nonce, verifier, next) lies in a signed cookie of ten minutes that only this
browser has and only these two addresses see; it can be used once (services.sign_in_spend).
"""

from __future__ import annotations

import logging
from typing import TypedDict
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts
from madoguchi.web.views import safe_next

from .errors import SignInFailed, SignInStopped
from .owners import sign_in
from .ports import IdentityProvider
from .services import identity_provider, resident_signed_in, sign_in_spend
from .views import see_other

log = logging.getLogger(__name__)
COOKIE, SALT, SECONDS = "mado_oidc", "oidc", 600
TOO_LATE = ("ログインの途中で時間がたったか、別のブラウザーで開かれたため、ログインできませんでした。"
            "ログインを始めたのと同じブラウザーで、もう一度ログインしてください。")


class _Kept(TypedDict):
    next: str
    kept: dict[str, str]


@posts("/sign-in/")
def card_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = safe_next(request, request.POST.get("next"), "/my/")
    try:
        start = _provider().start(redirect_uri=_callback())
    except SignInFailed as error:
        return _failed(request, error, target)
    response = see_other(start.url)
    response.set_cookie(
        COOKIE, signing.dumps({"next": target, "kept": start.transaction}, salt=SALT), max_age=SECONDS, httponly=True,
        secure=settings.SECURE_COOKIES, samesite="Lax", path=reverse("card_sign_in"),
    )
    return response


@require_GET  # not HEAD: looking at this address spends the sign-in
def card_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back. Whatever happens, this sign-in is over."""
    response = _come_back(request)
    response.delete_cookie(COOKIE, path=reverse("card_sign_in"))
    return response


def _come_back(request: HttpRequest) -> HttpResponse:
    target = "/my/"
    try:
        kept = _remembered(request)
        target = kept["next"]
        signed_in = _provider().finish(redirect_uri=_callback(), transaction=kept["kept"], answer=request.GET.dict())
    except SignInStopped as error:
        log.warning("sign-in stopped: %s", error.data.get("reason"))
        return see_other(reverse("sign_in") + "?" + urlencode({"notice": error.data["notice"], "next": target}))
    except SignInFailed as error:
        return _failed(request, error, target)
    resident = resident_signed_in(issuer=signed_in.issuer, subject=signed_in.subject, person=signed_in.person)
    response = see_other(target)
    sign_in(response, resident)
    return response


def _remembered(request: HttpRequest) -> _Kept:
    """What `card_start` put into the cookie, once. Raises SignInFailed."""
    try:
        kept: _Kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise SignInFailed(TOO_LATE, reason="no_transaction") from None
    if not sign_in_spend(state=kept["kept"]["state"], seconds=SECONDS):
        raise SignInFailed(TOO_LATE, reason="spent_transaction")
    return kept


def _provider() -> IdentityProvider:
    provider = identity_provider()
    if provider is None:
        raise NotFound
    return provider


def _callback() -> str:
    """As registered with the provider: from settings, never from the Host header."""
    return settings.BASE_URL.rstrip("/") + reverse("card_callback")


def _failed(request: HttpRequest, error: SignInFailed, target: str) -> HttpResponse:
    """The page that says what to do. The log gets the reason, which holds nothing about the person."""
    log.warning("sign-in failed: %s", error.data.get("reason"))
    return render(request, "identity/sign_in_failed.html", {"title": error.ja, "next": target}, status=error.status)
