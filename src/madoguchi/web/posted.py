"""Addresses that only take forms."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect


def posted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever opens the address of a button (back from the sign-in after a session ran out, from the history) comes to
    the page the button stands on, one part above, instead of to a bare 405."""
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        response = HttpResponseRedirect(request.path.rstrip("/").rpartition("/")[0] + "/")
        response.status_code = 303
        return response

    return wrapped
