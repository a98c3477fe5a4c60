"""A page on a tablet at the counter: it knows whom it serves, and after ten minutes untouched it forgets."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madoguchi.intake.public import Support

from . import selectors, services, tablet
from .rules import COOKIE


def served(request: HttpRequest, cookie: str, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """A page on a marked tablet: with its mark moved on, or the way out when the help has ended or nobody touched it."""
    help_id, fresh = tablet.read(cookie)
    row = selectors.help_alive(help_id) if help_id else None
    if row is None or not fresh:
        return _over(help_id, "ended" if row is None else "idle")
    request.support = Support(str(row.id), row.supporter.username, row.supporter.name)  # type: ignore[attr-defined]
    response = get_response(request)
    tablet.until_closed(response)
    if COOKIE not in response.cookies:
        tablet.mark(response, str(row.id))
    return response


def _over(help_id: str, why: str) -> HttpResponse:
    if help_id and why == "idle":
        services.help_close(help_id=help_id, how="idle")
    response = HttpResponseRedirect(f"/counter/?why={why}")
    response.status_code = 303
    tablet.forget(response)
    tablet.unmark(response)
    return response
