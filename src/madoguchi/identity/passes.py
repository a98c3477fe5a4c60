"""What a browser may see because receipt number and access code were given in it: for two hours, whoever is signed in beside.
A page of such an application is drawn for whoever has the code, so what is typed there waits for them (kept)."""

from __future__ import annotations

from django.conf import settings
from django.core import signing as tokens
from django.http import HttpRequest, HttpResponse

COOKIE, SECONDS, MOST = "mado_p", 7200, 20  # it goes with the sign-out, as all in owners.PERSONAL


def passes_of(request: HttpRequest) -> frozenset[str]:
    """What was opened in this browser by its code, and is not over."""
    try:
        return frozenset(tokens.loads(request.COOKIES.get(COOKIE, ""), salt="pass", max_age=SECONDS))
    except tokens.BadSignature:
        return frozenset()


def pass_give(request: HttpRequest, response: HttpResponse, one: str) -> None:
    """One more, for two hours from now."""
    passes = sorted(passes_of(request) | {one})[-MOST:]
    response.set_cookie(COOKIE, tokens.dumps(passes, salt="pass"), max_age=SECONDS, httponly=True,
                        secure=settings.SECURE_COOKIES, samesite="Lax")


def opened_by(one: str) -> str:
    """The application that a pass opens: what is typed there waits for whoever has its code, also when that was made anew."""
    return one.partition(":")[0]


def page_has_code(request: HttpRequest, one: str) -> None:
    """The page being drawn is of an application that has an access code: its forms are marked for who gives it."""
    request._pass = one  # type: ignore[attr-defined]


def code_of_page(request: HttpRequest) -> str:
    """The pass that opens the page being drawn; empty for all other pages."""
    return getattr(request, "_pass", "")
