"""Sign-in of residents with the card: to the identity provider and back (OpenID Connect, code flow).

What has to be remembered meanwhile lies in a signed cookie that serves once (journeys).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
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
from .journeys import Journey
from .owners import sign_in
from .ports import BusinessProvider, IdentityProvider
from .services import identity_provider, resident_signed_in

log = logging.getLogger(__name__)
JOURNEY = Journey("mado_oidc", "oidc", "card_sign_in", "card_callback")
HOME = "/my/"
TOO_LATE = ("ログインの途中で時間がたったか、別のブラウザーで開かれたため、ログインできませんでした。"
            "ログインを始めたのと同じブラウザーで、もう一度ログインしてください。")


@posts("/sign-in/")
def card_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    return leave(request, JOURNEY, HOME, _provider())


@require_GET  # not HEAD: looking at this address spends the sign-in
def card_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back."""
    return arrive(request, JOURNEY, HOME, _let_in)


def _let_in(response: HttpResponse, transaction: Mapping[str, str], answer: Mapping[str, str]) -> None:
    found = _provider().finish(redirect_uri=JOURNEY.callback(), transaction=transaction, answer=answer)
    sign_in(response, resident_signed_in(issuer=found.issuer, subject=found.subject, person=found.person))


def _provider() -> IdentityProvider:
    provider = identity_provider()
    if provider is None:
        raise NotFound
    return provider


# --- one way for residents and companies


def leave(request: HttpRequest, journey: Journey, home: str, provider: IdentityProvider | BusinessProvider) -> HttpResponse:
    """Send the browser to a provider; ``home`` is where it ends without a ``next`` of its own."""
    target = safe_next(request, request.POST.get("next"), home)
    try:
        start = provider.start(redirect_uri=journey.callback())
    except SignInFailed as error:
        return _failed(request, journey, error, target)
    return journey.remember(see_other(start.url), target=target, transaction=start.transaction)


def arrive(request: HttpRequest, journey: Journey, home: str,
           let_in: Callable[[HttpResponse, Mapping[str, str], Mapping[str, str]], None]) -> HttpResponse:
    """The browser is back. ``let_in`` gets the answer that signs in, what was remembered and what the provider said; it
    raises SignInStopped or SignInFailed. Whatever happens, this sign-in is over."""
    return journey.forget(_arrived(request, journey, home, let_in))


def _arrived(request: HttpRequest, journey: Journey, target: str,
             let_in: Callable[[HttpResponse, Mapping[str, str], Mapping[str, str]], None]) -> HttpResponse:
    try:
        kept, why = journey.spend(request)
        if kept is None:
            raise SignInFailed(TOO_LATE, reason=why)
        target = kept["next"]
        response = see_other(target)
        let_in(response, kept["kept"], request.GET.dict())
        return response
    except SignInStopped as error:
        log.warning("%s stopped: %s", journey.start, error.data.get("reason"))
        return see_other(reverse("sign_in") + "?" + urlencode({"notice": error.data["notice"], "next": target}))
    except SignInFailed as error:
        return _failed(request, journey, error, target)


def _failed(request: HttpRequest, journey: Journey, error: SignInFailed, target: str) -> HttpResponse:
    """The page that says what to do. The log gets the reason, which holds nothing about person or company."""
    log.warning("%s failed: %s", journey.start, error.data.get("reason"))
    return render(request, "identity/sign_in_failed.html", {"title": Said(error.ja), "next": target}, status=error.status)
