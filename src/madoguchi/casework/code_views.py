"""A new access code at the counter: the button, and the sheet that is handed over."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.intake.public import NotOpenForThis, code_standing, code_words
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.written import TooLong
from madoguchi.web.posted import posts, see_other

from . import codes, selectors
from .errors import ReasonMissing
from .staff_views import actor_of, again

COOKIE, SECONDS = "mado_code_sheet", 300


@login_required
@posts("/staff/case/{case_id}/")
def issue(request: HttpRequest, case_id: str) -> HttpResponse:
    """Make it."""
    try:
        case, code = codes.code_issue(actor=actor_of(request), case_id=case_id, how=request.POST.get("how", ""))
    except (ReasonMissing, TooLong, NotOpenForThis) as wrong:
        return again(request, case_id, wrong.ja, form="code", tab="talk")
    response = see_other(f"/staff/case/{case_id}/code/sheet/")
    response.set_signed_cookie(COOKIE, code, salt=case.ref, max_age=SECONDS, httponly=True, secure=settings.SECURE_COOKIES, samesite="Strict",
                               path=f"/staff/case/{case_id}/code/")
    return response


@login_required
@require_safe
def sheet(request: HttpRequest, case_id: str) -> HttpResponse:
    """The sheet for the applicant, once: what was shown is forgotten."""
    actor = actor_of(request)
    case = selectors.case_get(actor=actor, case_id=case_id)
    if not selectors.may_work(actor, case):
        raise Forbidden
    code = str(request.get_signed_cookie(COOKIE, "", salt=case.ref, max_age=SECONDS))
    context = {"case": case, "d": selectors.definition_of(case), "code": f"{code[:4]} {code[4:]}" if code else "", "now": clock.now(),
               "words": code_words(code_standing(case.ref).language), "url": f"{settings.BASE_URL}/status/"}
    response = render(request, "casework/code_sheet.html", context)
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(COOKIE, path=f"/staff/case/{case_id}/code/", samesite="Strict")
    return response
