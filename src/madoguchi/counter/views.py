"""The tablet at the counter: a code, and the end."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.intake import public as intake
from madoguchi.kernel.said import say
from madoguchi.web import languages, limits
from madoguchi.web.posted import see_other

from . import reading, services, tablet
from .errors import TYPE_NAME, CodeUnknown, SignatureMissing
from .rules import code_in

WHY = {"idle": say("10分間さわらなかったので、終わりました。この端末には何も残っていません。"),
       "returned": say("職員に伝えました。直したら、職員が新しい番号を出します。この端末には何も残っていません。"),
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
        return _page(request, typed, error.ja)
    response = see_other("/counter/read/" if row.interview_id else f"/p/{row.slug}/?ready=1")
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


FILED, FILED_SECONDS = "mado_filed", 600  # the access codes, for the page that shows the receipts


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """What a clerk wrote, to read over: some lines are wrong, or it is right and signed; then the receipts."""
    support = intake.support_of(request)
    found = reading.screen(support.help) if support else None
    if support is None or found is None:
        return see_other("/counter/")
    if request.method != "POST":
        return _read_page(request, found, [])
    if request.POST.get("_action") == "wrong":
        wrong = request.POST.getlist("wrong")
        if not wrong:
            return _read_page(request, found, [("act", say("ちがうところに印を付けてから押してください"))])
        reading.interview_return(help_id=support.help, wrong=wrong)
        return _returned()
    return _sign(request, support.help, found)


def _returned() -> HttpResponse:
    response = see_other("/counter/?why=returned")
    tablet.forget(response)
    tablet.unmark(response)
    return response


def _sign(request: HttpRequest, help_id: str, found: reading.Screen) -> HttpResponse:
    post = request.POST
    if post.getlist("wrong") and found.read:
        return _read_page(request, found, [("act", say("「ちがう」に印があります。印を外すか、「職員に直してもらう」を押してください"))])
    limits.take("submit", request, help_id)
    try:
        codes = reading.interview_sign(help_id=help_id, mark=post.get("mark", ""), picture=post.get("picture", ""), name=post.get("name", ""),
                                       agreed=post.get("ok") == "yes", language=languages.recorded())
    except SignatureMissing as missing:
        return _read_page(request, found, [("name", missing.ja if "picture" in post else TYPE_NAME)])
    if reading.screen(help_id) is None:  # it can no longer be filed as it is: the clerk has it again
        return _returned()
    response = see_other("/counter/read/")
    if codes:
        response.set_cookie(FILED, signing.dumps(codes, salt=f"filed:{help_id}"), max_age=FILED_SECONDS, httponly=True,
                            secure=settings.SECURE_COOKIES, samesite="Lax", path="/counter/")
    return response


def _codes(request: HttpRequest, help_id: str) -> dict[str, str]:
    """Receipt → access code, of those filed here a moment ago."""
    try:
        return dict(signing.loads(request.COOKIES.get(FILED, ""), salt=f"filed:{help_id}", max_age=FILED_SECONDS))
    except signing.BadSignature:
        return {}


def _read_page(request: HttpRequest, found: reading.Screen, faults: list[tuple[str, str]]) -> HttpResponse:
    support = intake.support_of(request)
    codes = _codes(request, support.help) if support else {}
    receipts = [(r, f"{code[:4]} {code[4:]}" if (code := codes.get(r.number, "")) else "") for r in found.receipts]
    context = {"s": found, "receipts": receipts, "faults": faults, "wrong": set(request.POST.getlist("wrong")), "name": request.POST.get("name", ""),
               "ok": request.POST.get("ok") == "yes", "clerk": found.row.clerk.name, "sign": dict(faults).get("name", "")}
    return render(request, "counter/read.html", context, status=422 if faults else 200)
