"""What holds for every staff page (the session's limits, a second factor where one is required), and for every form: what
was typed is not lost with the session."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string

from . import kept
from .models import Staff
from .passes import code_of_page
from .sessions import fault_of, must_change, must_enrol

SIGN_IN, ACCOUNT, SIGN_OUT = "/staff/sign-in/", "/staff/account/", "/staff/sign-out/"
ENTRANCES = ("/sign-in/", SIGN_IN, "/api/")  # here people have no session yet; programs keep their own words
WAY_IN = re.compile(r"(/staff)?/sign-in/\?(.*&)?next=")


def staff_limits(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; residents' pages pass untouched."""
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/staff/") and not request.path.startswith(SIGN_IN) and isinstance(request.user, Staff):
            if why := fault_of(request, request.user):
                logout(request)
                return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'why': why, 'next': _back(request)})}")
            if not request.path.startswith((ACCOUNT, SIGN_OUT)) and must_enrol(request, request.user):
                return HttpResponseRedirect(f"{ACCOUNT}?why=needed")
            if not request.path.startswith((ACCOUNT, SIGN_OUT)) and must_change(request, request.user):
                return HttpResponseRedirect(f"{ACCOUNT}password/")
        return get_response(request)

    return middleware


def _back(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else request.path


def kept_inputs(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware around `staff_limits`: a form that meets the way to a sign-in is kept and given back afterwards (kept)."""
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ENTRANCES):
            return get_response(request)
        if request.method == "GET" and kept.RESTORE in request.GET:
            return _given_back(request, get_response)
        response = get_response(request)
        if request.method == "POST":
            if _leads_to_sign_in(response) or (response.status_code == 404 and _over(request)):
                return _sent_away(request, response)
            if response.status_code not in (403, 500, 503) and (ticket := request.POST.get(kept.TICKET)):
                kept.input_forget(request, ticket)
        return response

    return middleware


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code in (301, 302, 303) and bool(WAY_IN.match(response["Location"]))


def _over(request: HttpRequest) -> bool:
    """The page was drawn for a resident or a company, and now nobody is signed in: a guest's cookie turned their own page into a stranger's.
    Or it was drawn for whoever has the access code, and that was given too long ago, or is another one by now."""
    mark = kept.mark_read(request)
    if mark is None or mark.who.startswith("s:"):
        return False
    return not kept.has_the_code(request, mark.who) if mark.who.startswith("p:") else not kept.who_of(request)


def _sent_away(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    left, mark = kept.input_keep(request), kept.mark_read(request)
    if mark is None or (left is None and response.status_code != 404):
        return response
    staff = mark.who.startswith("s:")
    said = dict(parse_qsl(urlsplit(response.get("Location", "")).query)) | {"next": left.back if left else mark.page}
    said |= {} if staff or said.get("why") == "files" else {"why": "expired"}
    said |= {"kept": "yes" if left.ticket else "long"} if left else {}
    away = HttpResponseRedirect(mark.way_in(said))
    away.status_code = 303
    return away


def _given_back(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The page with the form filled in. What leads elsewhere takes the ticket along: the form may stand there now."""
    ticket = request.GET[kept.RESTORE]
    plain = request.GET.copy()
    del plain[kept.RESTORE]
    request.GET = plain  # type: ignore[assignment]  # views see the address without it
    found = kept.input_given(request, ticket)
    request._given_back = found  # type: ignore[attr-defined]
    response = get_response(request)
    if _leads_to_sign_in(response):
        at = urlsplit(response["Location"])
        back = kept.with_ticket(request.get_full_path(), ticket)
        response["Location"] = f"{at.path}?{urlencode(dict(parse_qsl(at.query)) | {'next': back})}"
    elif response.status_code in (302, 303) and found and response["Location"].startswith("/"):
        response["Location"] = kept.with_ticket(response["Location"], ticket)
    elif response.status_code == 200 and not response.streaming and response.get("Content-Type", "").startswith("text/html"):
        if found and found.who.startswith("p:") and not kept.has_the_code(request, found.who):
            found = None  # the code that was given here is not the one any more
        response.content = _filled(request, response.content.decode(), found)
    return response


def _filled(request: HttpRequest, text: str, found: kept.Kept | None) -> str:
    from madoguchi.web.refill import Page  # lxml is loaded by who needs it

    page, form, texts, way = Page(text, request.path), None, [], "gone"
    if found:
        form = page.form(found.path, found.fields)
        open_, left = page.fill(form, found.fields) if form is not None else (True, found.fields)
        if not (open_ or found.files):  # a button: there was nothing to type
            return text
        texts = [v for k, values in left.items() if not k.startswith("_") for v in values if v.strip()]
        way = "moved" if form is None else "form"
    context = {"way": way, "files": bool(found and found.files), "texts": texts, "code": bool(code_of_page(request))}
    said = render_to_string("web/parts/given_back.html", context)
    ticket = f'<input type="hidden" name="{kept.TICKET}" value="{found.ticket}">' if found and form is not None else ""
    page.insert(said + ticket, form)
    return page.text()
