"""代理: the mandates of a resident. A view parses, calls one service or selector, renders."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Owner, owner_of
from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_fault, mail_plain
from madoguchi.procedures.public import FIELD_TYPES
from madoguchi.procedures.rules.faces.webform import anchor, field_view, raw_sent
from madoguchi.procedures.rules.fields.base import Fault
from madoguchi.procedures.rules.model import Question
from madoguchi.procedures.rules.validate import getter
from madoguchi.web import limits
from madoguchi.web.posted import posts, see_other

from . import selectors, services
from .errors import InvitationWrong, MandateWrong
from .rules import ACTS, EVENT, FILE, OFFER_DAYS, SEE, code_read

View = Callable[..., HttpResponseBase]
ENDS = Question(id="ends", label=say("終わりの日"), type="日付", required=True)
ONCE = "mado_mandate"  # the code, for the page that shows it once


def signed_in(view: View) -> View:
    """Mandates are between people who proved who they are: everybody else is asked to sign in, whatever there is."""
    @functools.wraps(view)
    def inner(request: HttpRequest, **parts: str) -> HttpResponseBase:
        owner = owner_of(request)
        if owner is None or not owner.signed_in:
            back = request.path if request.method != "POST" else reverse("mandates")
            return see_other(f"{reverse('sign_in')}?why=needed&next={quote(back)}")
        if not owner.natural:  # a company has its mandates on its own page
            return see_other("/office/")
        return view(request, owner=owner, **parts)

    return inner


@signed_in
@require_safe
def mandates(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Given and received, with what became of them."""
    return _list(request, owner, [], "")


def _list(request: HttpRequest, owner: Owner, faults: list[tuple[str, str]], code: str) -> HttpResponse:
    rows = selectors.mandate_list(owner=owner)
    context = {"given": [m for m in rows if m.given], "received": [m for m in rows if not m.given], "faults": faults, "wrong": dict(faults),
               "code": code}
    return render(request, "agency/mandates.html", context, status=422 if faults else 200)


@signed_in
@posts("/my/mandates/")
def mandate_code(request: HttpRequest, owner: Owner) -> HttpResponse:
    """An invitation's code, typed from paper or the telephone."""
    typed = request.POST.get("code", "")[:40]
    if code := code_read(typed):
        return see_other(reverse("invited", kwargs={"code": code}))
    return _list(request, owner, [("code", say("招待の番号を、英字と数字の12文字で入力してください"))], typed)


def ends_typed(sent: dict[str, list[str]]) -> tuple[dt.date | None, list[Fault]]:
    """The last day as the house's date field has it, and what is wrong with how it was typed."""
    value, faults = FIELD_TYPES[ENDS.type].parse(getter(sent, ENDS.id), ENDS)
    return (dt.date.fromisoformat(value) if value else None), faults


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mandate_new(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Give a mandate: to whom, for what, until when."""
    sent = request.POST
    if request.method != "POST":
        return _new(request, [])
    ends_on, wrong_day = ends_typed({k: list(v) for k, v in sent.lists()})
    wrong_mail = mail_fault(sent["mail"]) if sent.get("mail", "").strip() else ""
    if sent.get("mail"):
        limits.take("mail", request, owner.key)
    try:
        if wrong_mail:
            raise MandateWrong([("mail", wrong_mail)])
        row, code = services.mandate_offer(owner=owner, name=sent.get("name", ""), scope=sent.getlist("scope"), acts=sent.getlist("acts"),
                                           ends_on=ends_on, mail=mail_plain(sent.get("mail", "")))
    except MandateWrong as error:
        return _new(request, error.faults, wrong_day)
    response = see_other(reverse("mandate", kwargs={"mandate_id": str(row.id)}))
    response.set_signed_cookie(ONCE, code, salt=str(row.id), max_age=600, httponly=True, secure=settings.SECURE_COOKIES, samesite="Lax")
    return response


def ends_shown(sent: dict[str, list[str]], faults: list[tuple[str, str]], wrong_day: list[Fault]) -> tuple[Any, list[tuple[str, str]]]:
    """The field of the last day with what was typed, and the faults of the page in its order (the day comes before the mail)."""
    ends = dataclasses.replace(ENDS, help=say("{last}までの日を選べます。", last=selectors.last_day()))
    day = wrong_day or [Fault(ENDS.id, ja, part="y") for name, ja in faults if name == ENDS.id]
    at = [(anchor("", f.question, f.part, "date"), f.ja) for f in day]
    before, after = [f for f in faults if f[0] not in (ENDS.id, "mail")], [f for f in faults if f[0] == "mail"]
    return field_view(ends, "", raw_sent(ends, sent, ""), day), [*before, *at, *after]


def _new(request: HttpRequest, faults: list[tuple[str, str]], wrong_day: list[Fault] | None = None) -> HttpResponse:
    names, sent = services.offerable(), request.POST
    first = request.method != "POST"
    ends, faults = ends_shown({k: list(v) for k, v in sent.lists()}, faults, wrong_day or [])
    context = {
        "events": [(k, n) for k, n in names.items() if k.startswith(EVENT)], "single": [(k, n) for k, n in names.items() if not k.startswith(EVENT)],
        "acts": [(k, n) for k, n in ACTS.items() if k != FILE], "faults": faults, "wrong": dict(faults),
        "name": sent.get("name", ""), "chosen": sent.getlist("scope"), "may": [SEE] if first else sent.getlist("acts"),
        "ends": ends, "mail": sent.get("mail", ""), "days": OFFER_DAYS,
    }
    return render(request, "agency/new.html", context, status=422 if faults else 200)


@signed_in
@require_safe
def mandate(request: HttpRequest, owner: Owner, mandate_id: str) -> HttpResponse:
    """One mandate; the code of a new one, once."""
    row = selectors.mandate_get(owner=owner, mandate_id=mandate_id)
    shown = selectors.shown(row, owner)
    code = request.get_signed_cookie(ONCE, "", salt=str(row.id), max_age=600) if shown.given and shown.state == "offered" else ""
    link = settings.BASE_URL + reverse("invited", kwargs={"code": code}) if code else ""
    response = render(request, "agency/mandate.html", {"m": shown, "code": code, "link": link, "days": OFFER_DAYS})
    if code:
        response.delete_cookie(ONCE)
    return response


@signed_in
@posts("/my/mandates/{mandate_id}/")
def mandate_over(request: HttpRequest, owner: Owner, mandate_id: str) -> HttpResponse:
    """End it at once."""
    services.mandate_end(owner=owner, mandate_id=mandate_id)
    return see_other(reverse("mandate", kwargs={"mandate_id": mandate_id}))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, owner: Owner, code: str) -> HttpResponse:
    """The invitation: accept or decline."""
    limits.check("code", request, owner.key)
    try:
        if request.method == "POST":
            row = services.mandate_answer(owner=owner, code=code, accept=request.POST.get("answer") == "accept")
            return see_other(reverse("mandate", kwargs={"mandate_id": str(row.id)}) if row.agent else reverse("mandates"))
        row = services.invitation_read(owner=owner, code=code)
    except InvitationWrong:
        limits.spend("code", request, owner.key)
        raise
    return render(request, "agency/invited.html", {"m": selectors.shown(row, owner), "code": code})
