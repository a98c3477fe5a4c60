"""A tablet at the counter: every page knows whom it serves, and after ten minutes untouched it forgets."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madoguchi.intake.public import Support

from . import selectors, services, tablet


def tablet_mark(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; browsers without the mark, and pages of staff, pass untouched."""
    def middleware(request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(tablet.COOKIE)
        if not cookie or request.path.startswith("/staff/"):
            return get_response(request)
        help_id, fresh = tablet.read(cookie)
        row = selectors.help_alive(help_id) if help_id else None
        if row is None or not fresh:
            return _over(help_id, "ended" if row is None else "idle")
        request.support = Support(str(row.id), row.supporter.username, row.supporter.name)  # type: ignore[attr-defined]
        response = get_response(request)
        tablet.until_closed(response)
        if tablet.COOKIE not in response.cookies:
            tablet.mark(response, str(row.id))
        return response

    return middleware


def _over(help_id: str, why: str) -> HttpResponse:
    if help_id and why == "idle":
        services.help_close(help_id=help_id, how="idle")
    response = HttpResponseRedirect(f"/counter/?why={why}")
    response.status_code = 303
    tablet.forget(response)
    tablet.unmark(response)
    return response
