"""Sign-in of staff at the city's own OpenID provider; as for residents
(oidc_views). The provider asks for its own second factor: none of ours is asked for."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from .errors import SignInFailed
from .journeys import Journey
from .ports import StaffProvider
from .selectors import staff_active
from .services import staff_provider
from .sessions import session_begin

log = logging.getLogger(__name__)
JOURNEY = Journey("mado_staff_oidc", "staff-oidc", "office_sign_in", "office_callback")


def _provider() -> StaffProvider:
    provider = staff_provider()
    if provider is None:
        raise NotFound
    return provider


def _back(why: str, target: str = "/staff/") -> HttpResponse:
    return see_other("/staff/sign-in/?" + urlencode({"why": why, "next": target}))


@posts("/staff/sign-in/")
def office_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    target = safe_next(request, request.POST.get("next"), "/staff/")
    try:
        start = _provider().start(redirect_uri=JOURNEY.callback())
    except SignInFailed as error:
        log.warning("staff sign-in failed: %s", error.data.get("reason"))
        return _back("office", target)
    return JOURNEY.remember(see_other(start.url), target=target, transaction=start.transaction)


@require_GET  # not HEAD: looking at this address spends the sign-in
def office_callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back. Whatever happens, this sign-in is over."""
    return JOURNEY.forget(_come_back(request))


def _come_back(request: HttpRequest) -> HttpResponse:
    kept, _ = JOURNEY.spend(request)
    if kept is None:
        return _back("late")
    try:
        number = _provider().finish_staff(redirect_uri=JOURNEY.callback(), transaction=kept["kept"], answer=request.GET.dict())
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
