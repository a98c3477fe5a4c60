"""Sign-in of companies with GビズID: to the provider and back, as residents do it with the card (oidc_views)."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from django.conf import settings
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
from .oidc_views import TOO_LATE
from .owners import business_sign_in
from .ports import BusinessProvider
from .services import business_provider, business_signed_in
from .trial import BUSINESSES

log = logging.getLogger(__name__)
JOURNEY = Journey("mado_gbiz", "gbiz", "business_sign_in", "business_callback")
HOME = "/office/"


@posts("/sign-in/")
def business_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = safe_next(request, request.POST.get("next"), HOME)
    try:
        start = _provider().start(redirect_uri=JOURNEY.callback())
    except SignInFailed as error:
        return _failed(request, error, target)
    return JOURNEY.remember(see_other(start.url), target=target, transaction=start.transaction)


@require_GET  # not HEAD: looking at this address spends the sign-in
def business_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back. Whatever happens, this sign-in is over."""
    return JOURNEY.forget(_come_back(request))


def _come_back(request: HttpRequest) -> HttpResponse:
    target = HOME
    try:
        kept, why = JOURNEY.spend(request)
        if kept is None:
            raise SignInFailed(TOO_LATE, reason=why)
        target = kept["next"]
        found = _provider().finish_business(redirect_uri=JOURNEY.callback(), transaction=kept["kept"], answer=request.GET.dict())
    except SignInStopped as error:
        log.warning("business sign-in stopped: %s", error.data.get("reason"))
        return see_other(reverse("sign_in") + "?" + urlencode({"notice": error.data["notice"], "next": target}))
    except SignInFailed as error:
        return _failed(request, error, target)
    response = see_other(target)
    business_sign_in(response, business_signed_in(issuer=found.issuer, subject=found.subject, company=found.business))
    return response


@posts("/sign-in/")
def business_trial(request: HttpRequest) -> HttpResponse:
    """Sign in for an invented company. Not there in production."""
    company = BUSINESSES.get(request.POST.get("business", "")) if settings.TRIAL_SIGN_IN else None
    if company is None:
        raise NotFound
    response = see_other(safe_next(request, request.POST.get("next"), HOME))
    business_sign_in(response, business_signed_in(issuer="trial", subject=request.POST["business"], company=company))
    return response


def _provider() -> BusinessProvider:
    provider = business_provider()
    if provider is None:
        raise NotFound
    return provider


def _failed(request: HttpRequest, error: SignInFailed, target: str) -> HttpResponse:
    """The page that says what to do. The log gets the reason, which holds nothing about person or company."""
    log.warning("business sign-in failed: %s", error.data.get("reason"))
    return render(request, "identity/sign_in_failed.html", {"title": Said(error.ja), "next": target}, status=error.status)
