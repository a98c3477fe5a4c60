"""窓口でのお手伝い: start one, show its code, see how far it is."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff, qr_image
from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts, see_other

from . import selectors, services
from .rules import CODE_MINUTES, MOST_NAMES

ONCE = "mado_help"  # the code, for the supporter's page, as long as it is good


def _actor(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def helps(request: HttpRequest) -> HttpResponse:
    """One's own helps; POST starts one."""
    actor, fault = _actor(request), ""
    if request.method == "POST":
        try:
            row, code = services.help_offer(actor=actor, slug=request.POST.get("slug", ""))
        except NotFound:
            fault = "お手伝いする手続きを選んでください"
        else:
            response = see_other(reverse("help", kwargs={"help_id": str(row.id)}))
            response.set_signed_cookie(ONCE, code, salt=str(row.id), max_age=CODE_MINUTES * 60, httponly=True, secure=settings.SECURE_COOKIES,
                                       samesite="Lax", path="/staff/")
            return response
    query = request.GET.get("q", "").strip()[:60]
    names = selectors.procedures_helped(query)
    context = {"rows": selectors.help_list(actor=actor), "names": names[:MOST_NAMES], "more": len(names) > MOST_NAMES, "query": query,
               "faults": [("slug", fault)] if fault else []}
    return render(request, "counter/helps.html", context, status=422 if fault else 200)


@login_required
@require_safe
def help_page(request: HttpRequest, help_id: str) -> HttpResponse:
    """One: its code while it waits, then how far it is."""
    row = selectors.help_get(actor=_actor(request), help_id=help_id)
    shown = selectors.shown(row)
    code = request.get_signed_cookie(ONCE, "", salt=str(row.id), max_age=CODE_MINUTES * 60) if shown.open and shown.state == "waiting" else ""
    context = {"h": shown, "code": code, "minutes": CODE_MINUTES, "address": f"{settings.BASE_URL}/counter/",
               "qr": qr_image(f"{settings.BASE_URL}/counter/?code={code}") if code else ""}
    return render(request, "counter/help.html", context)


@login_required
@posts("/staff/counter/{help_id}/")
def help_over(request: HttpRequest, help_id: str) -> HttpResponse:
    """End it."""
    services.help_end(actor=_actor(request), help_id=help_id)
    return see_other(f"/staff/counter/{help_id}/")
