"""U+0000 is no letter: nobody sees it, a paste out of a PDF or an address that somebody made up brings it along, and PostgreSQL keeps
none where SQLite does. It falls away from whatever comes in, so that what is kept, searched and shown is the same on both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


def nothing_unseen(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware around everything that reads an address or a cookie."""
    def middleware(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _seen(request.GET)  # type: ignore[assignment]
        if "\\" in request.META.get("HTTP_COOKIE", ""):  # a cookie says it as \000
            request.COOKIES = {name: value.replace(NUL, "") for name, value in request.COOKIES.items()}
        return get_response(request)

    return middleware


class NothingUnseenInForms:
    """Middleware behind the check against forged forms, which has read the form already; a field keeps the rest of what was typed. Views
    without that check read the body themselves (the API, the gateway's notices) and judge it themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before the view."""
        if request.method == "POST" and not getattr(view, "csrf_exempt", False) and _hides(request.POST):
            request.POST = _seen(request.POST)  # type: ignore[assignment]


def _hides(sent: QueryDict) -> bool:
    return any(NUL in name or any(NUL in value for value in values) for name, values in sent.lists())


def _seen(sent: QueryDict) -> QueryDict:
    out = QueryDict(mutable=True)
    for name, values in sent.lists():
        out.setlistdefault(name.replace(NUL, ""), []).extend(value.replace(NUL, "") for value in values)
    out._mutable = False
    return out
