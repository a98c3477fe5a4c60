"""Sign-in of companies with GビズID: to the provider and back, as residents do it with the card (oidc_views)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from .journeys import Journey
from .oidc_views import arrive, leave
from .owners import business_sign_in
from .ports import BusinessProvider
from .services import business_provider, business_signed_in
from .trial import BUSINESSES

JOURNEY = Journey("mado_gbiz", "gbiz", "business_sign_in", "business_callback")
HOME = "/office/"


@posts("/sign-in/")
def business_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    return leave(request, JOURNEY, HOME, _provider())


@require_GET  # not HEAD: looking at this address spends the sign-in
def business_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back."""
    return arrive(request, JOURNEY, HOME, _let_in)


def _let_in(response: HttpResponse, transaction: Mapping[str, str], answer: Mapping[str, str]) -> None:
    found = _provider().finish_business(redirect_uri=JOURNEY.callback(), transaction=transaction, answer=answer)
    business_sign_in(response, business_signed_in(issuer=found.issuer, subject=found.subject, company=found.business))


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
