"""Writing to the applicant, at the desk."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.kernel.written import TooLong
from madoguchi.web.posted import posts, see_other

from . import talk
from .errors import NotNow, ReasonMissing
from .staff_views import actor_of, again


@login_required
@posts("/staff/case/{case_id}/")
def write(request: HttpRequest, case_id: str) -> HttpResponse:
    """Write to the applicant."""
    try:
        talk.talk_write(actor=actor_of(request), case_id=case_id, text=request.POST.get("text", ""))
    except (ReasonMissing, TooLong, NotNow) as wrong:
        return again(request, case_id, wrong.ja, form="talk", tab="talk")
    return see_other(f"/staff/case/{case_id}/?tab=talk")


@login_required
@posts("/staff/case/{case_id}/")
def seen(request: HttpRequest, case_id: str) -> HttpResponse:
    """What the applicant wrote needs no answer."""
    talk.talk_seen(actor=actor_of(request), case_id=case_id)
    return see_other(f"/staff/case/{case_id}/?tab=talk")
