"""Keeping a case beyond its term, at the desk."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import fresh
from madoguchi.kernel.written import TooLong
from madoguchi.web.posted import posts, see_other

from . import holds
from .errors import NotNow, ReasonMissing
from .staff_views import actor_of, again


@login_required
@posts()
def place(request: HttpRequest, case_id: str) -> HttpResponse:
    """Keep it until further notice."""
    try:
        holds.hold_place(actor=actor_of(request), case_id=case_id, kind=request.POST.get("kind", ""), why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="hold", tab="history")
    return see_other(f"/staff/case/{case_id}/?tab=history")


@login_required
@posts("/staff/case/{case_id}/")
@fresh
def lift(request: HttpRequest, case_id: str) -> HttpResponse:
    """Let the term count again."""
    try:
        holds.hold_lift(actor=actor_of(request), case_id=case_id, why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong, NotNow) as wrong:
        return again(request, case_id, wrong.ja, form="lift", tab="history")
    return see_other(f"/staff/case/{case_id}/?tab=history")
