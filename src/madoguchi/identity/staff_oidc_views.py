"""Sign-in of staff at the city's own OpenID provider; what is remembered meanwhile lies in a signed cookie, as for residents
(oidc_views). The provider asks for its own second factor: none of ours is asked for."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts
from madoguchi.web.views import safe_next

from .errors import SignInFailed
from .ports import StaffProvider
from .selectors import staff_active
from .services import sign_in_spend, staff_provider
from .sessions import session_begin
from .views import see_other

log = logging.getLogger(__name__)
COOKIE, SALT, SECONDS = "mado_staff_oidc", "staff-oidc", 600


def _provider() -> StaffProvider:
    provider = staff_provider()
    if provider is None:
        raise NotFound
    return provider


def _callback() -> str:
    """As registered with the provider: from settings, never from the Host header."""
    return settings.BASE_URL.rstrip("/") + reverse("office_callback")


def _back(why: str, target: str = "/staff/") -> HttpResponse:
    return see_other("/staff/sign-in/?" + urlencode({"why": why, "next": target}))


@posts("/staff/sign-in/")
def office_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = safe_next(request, request.POST.get("next"), "/staff/")
    try:
        start = _provider().start(redirect_uri=_callback())
    except SignInFailed as error:
        log.warning("staff sign-in failed: %s", error.data.get("reason"))
        return _back("office", target)
    response = see_other(start.url)
    response.set_cookie(
        COOKIE, signing.dumps({"next": target, "kept": start.transaction}, salt=SALT), max_age=SECONDS, httponly=True,
        secure=settings.SECURE_COOKIES, samesite="Lax", path=reverse("office_sign_in"),
    )
    return response


@require_GET  # not HEAD: looking at this address spends the sign-in
def office_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back. Whatever happens, this sign-in is over."""
    response = _come_back(request)
    response.delete_cookie(COOKIE, path=reverse("office_sign_in"))
    return response


def _come_back(request: HttpRequest) -> HttpResponse:
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return _back("late")
    if not sign_in_spend(state=kept["kept"]["state"], seconds=SECONDS):
        return _back("late")
    try:
        number = _provider().finish_staff(redirect_uri=_callback(), transaction=kept["kept"], answer=request.GET.dict())
    except SignInFailed as error:
        log.warning("staff sign-in failed: %s", error.data.get("reason"))
        return _back("office", kept["next"])
    staff = staff_active(number)
    if staff is None:
        return _back("nobody")
    request.session.flush()
    session_begin(request=request, staff=staff, way="office")
    request.session["office"] = True
    return see_other(kept["next"])
