"""Asking for the second survey on the page of a decided 罹災証明. A view parses, calls one service, renders."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import owner_of
from madoguchi.web import limits
from madoguchi.web.posted import posts, see_other

from . import second
from .errors import SecondWrong
from .views_my import actor_of, mine, sign_in_first, status_page


@sign_in_first
@posts("/my/{application_id}/")
def second_ask(request: HttpRequest, application_id: str) -> HttpResponse:
    """Ask for it."""
    application = mine(request, application_id)
    limits.take("submit", request, application.owner)
    try:
        second.second_ask(application=application, owner=owner_of(request), reason=request.POST.get("reason", ""), actor=actor_of(request))
    except SecondWrong as wrong:
        return status_page(request, application_id, [("second-reason", wrong.ja)])
    return see_other(f"/my/{application.id}/#second")
