"""A tablet at the counter: every page knows whom it serves. What is done for one is loaded when one comes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .rules import COOKIE


def tablet_mark(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; browsers without the mark, and pages of staff, pass untouched."""
    def middleware(request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(COOKIE)
        if not cookie or request.path.startswith("/staff/"):
            return get_response(request)
        from .served import served

        return served(request, cookie, get_response)

    return middleware
