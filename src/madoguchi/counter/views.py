"""The tablet at the counter: a code, and the end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.intake import public as intake
from madoguchi.kernel.said import say
from madoguchi.web import limits
from madoguchi.web.posted import see_other

from . import services, tablet
from .errors import CodeUnknown
from .rules import code_in

WHY = {"idle": say("10分間さわらなかったので、終わりました。この端末には何も残っていません。"),
       "ended": say("終わりました。この端末には何も残っていません。")}


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Type the code that the supporter shows."""
    if request.method == "POST":
        return _take(request)
    return _page(request, request.GET.get("code", "")[:20], "")


def _page(request: HttpRequest, code: str, fault: str) -> HttpResponse:
    context = {"code": code, "faults": [("code", fault)] if fault else [], "why": WHY.get(request.GET.get("why", ""), "")}
    return render(request, "counter/counter.html", context, status=422 if fault else 200)


def _take(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("code", "")[:20]
    if not code_in(typed):
        return _page(request, typed, say("職員が見せる番号を、数字8文字で入力してください"))
    limits.check("code", request)
    try:
        row = services.help_take(code=typed)
    except CodeUnknown as error:
        limits.spend("code", request)
        return _page(request, typed, say(error.ja))
    response = see_other(f"/p/{row.slug}/?ready=1")
    tablet.forget(response)  # of whoever used it before
    tablet.mark(response, str(row.id))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """Done: the link to continue at home, and then nothing stays here."""
    support = intake.support_of(request)
    if support is None:
        return see_other("/counter/")
    left = [x for x in intake.drafts_of_help(support.help) if not x.receipt and x.guest]
    mail, fault = request.POST.get("mail", "").strip(), ""
    if request.method == "POST":
        fault = intake.mail_fault(mail) if mail else ""
        if not fault:
            if mail and left:
                limits.take("mail", request)
                intake.help_resume_mail(help_id=support.help, mail=intake.mail_plain(mail))
            services.help_close(help_id=support.help, how="tablet")
            response = see_other("/counter/?why=ended")
            tablet.forget(response)
            tablet.unmark(response)
            return response
    context = {"left": left, "mail": mail, "faults": [("mail", fault)] if fault else []}
    return render(request, "counter/end.html", context, status=422 if fault else 200)


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Somebody is typing on a page that takes longer than ten minutes: the middleware moves the mark on."""
    return HttpResponse(status=204) if intake.support_of(request) else see_other("/counter/")
