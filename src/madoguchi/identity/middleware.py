"""What holds for every staff page: the session's limits, and a second factor where one is required."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from .models import Staff
from .sessions import fault_of, must_enrol

SIGN_IN, ACCOUNT, SIGN_OUT = "/staff/sign-in/", "/staff/account/", "/staff/sign-out/"


def staff_limits(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; residents' pages pass untouched."""
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/staff/") and not request.path.startswith(SIGN_IN) and isinstance(request.user, Staff):
            if why := fault_of(request, request.user):
                logout(request)
                return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'why': why, 'next': _back(request)})}")
            if not request.path.startswith((ACCOUNT, SIGN_OUT)) and must_enrol(request, request.user):
                return HttpResponseRedirect(f"{ACCOUNT}?why=needed")
        return get_response(request)

    return middleware


def _back(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else request.path
