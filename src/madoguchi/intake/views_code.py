"""A new access code for who lost it: asked for with the mail address of the filing, made by the link in the mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_fault
from madoguchi.web import limits
from madoguchi.web.posted import see_other

from . import codes
from .form_parts import code_keep, code_kept
from .rules import receipt_read
from .views_my import mine, passed, sign_in_first


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The page says the same whether the two belong together or not."""
    receipt, mail = request.POST.get("receipt", ""), request.POST.get("mail", "").strip()
    faults: list[tuple[str, str]] = []
    sent = ""
    if request.method == "POST":
        if not receipt.strip():
            faults.append(("receipt", say("{label}を入力してください", label=say("受付番号"))))
        if wrong := mail_fault(mail) if mail else say("メールアドレスを入力してください"):
            faults.append(("mail", wrong))
        if not faults:
            limits.take("mail", request, f"code:{receipt_read(receipt)}")  # counted for a number that is not there all the same
            codes.code_ask(receipt=receipt, mail=mail)
            sent = mail
    context = {"faults": faults, "wrong": dict(faults), "receipt": receipt[:40], "mail": mail[:254], "sent": sent, "minutes": codes.MINUTES}
    return render(request, "intake/code_ask.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link. Opening it changes nothing (mail programs look into links): the button does."""
    limits.take("resume", request)
    if request.method != "POST":
        return render(request, "intake/code_link.html", {"a": codes.code_link(token)})
    row, code = codes.code_renew(token=token)
    response = see_other(f"/my/{row.id}/code/")
    code_keep(response, row, code)
    return passed(request, row, response)


@sign_in_first
@require_safe
def shown(request: HttpRequest, application_id: str) -> HttpResponse:
    """The new code, for some minutes on this device only."""
    row = mine(request, application_id)
    return render(request, "intake/code_new.html", {"a": row, "code": code_kept(request, row)})
