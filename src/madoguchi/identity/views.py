"""Sign-in of residents."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts
from madoguchi.web.views import safe_next

from .owners import owner_of, sign_in, sign_out
from .services import resident_signed_in
from .trial import BUSINESSES, RESIDENTS


def see_other(url: str) -> HttpResponseRedirect:
    """303."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


@require_safe
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """How to sign in: the card, and for trial the invented people."""
    target = safe_next(request, request.GET.get("next"), "/my/")
    return render(request, "identity/sign_in.html", {
        "next": target, "why": request.GET.get("why", "expired" if "expired" in request.GET else ""), "notice": request.GET.get("notice", ""),
        "oidc": settings.OIDC if settings.OIDC["issuer"] else None,
        "people": RESIDENTS.items() if settings.TRIAL_SIGN_IN else (),
        "gbiz": settings.GBIZ if settings.GBIZ["issuer"] else None, "businesses": BUSINESSES.items() if settings.TRIAL_SIGN_IN else (),
        "business_next": target if target != "/my/" else "/office/",
    })


@posts("/sign-in/")
def trial_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as an invented person. Not there in production."""
    person = RESIDENTS.get(request.POST.get("person", "")) if settings.TRIAL_SIGN_IN else None
    if person is None:
        raise NotFound
    resident = resident_signed_in(issuer="trial", subject=request.POST["person"], person=person)
    response = see_other(safe_next(request, request.POST.get("next"), "/my/"))
    sign_in(response, resident)
    return response


@posts("/my/")
def sign_out_view(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    response = see_other("/")
    sign_out(response)
    return response


def who(request: HttpRequest) -> str:
    """The resident's key, for templates."""
    owner = owner_of(request)
    return owner.key if owner else ""
