"""Addresses that only take forms."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

# in a request's environ: the door let its body fall. No header becomes a name like these
TOO_LARGE, NO_ROOM = "madoguchi.too_large", "madoguchi.no_room"


def posts(page: str = "") -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For the address of a button: whoever opens it (back from a sign-in that ran out, a reload after an error, the
    history) comes to the page that the button stands on, instead of to an empty 405. ``page`` is its path with the
    view's arguments in braces; without it, the address one part above."""
    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def inner(request: HttpRequest, **parts: str) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                above = request.path.rstrip("/").rpartition("/")[0] + "/"
                return HttpResponseRedirect(page.format(**parts) or above)
            return require_POST(view)(request, **parts)

        return inner

    return decorate


def see_other(url: str) -> HttpResponseRedirect:
    """After a form was taken: the page to look at next (303)."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
