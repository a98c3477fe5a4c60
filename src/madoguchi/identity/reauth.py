"""Sensitive acts ask again who is there. The question comes in place of the page, carries what was typed in the form itself
(nothing is kept on the server), and its answer goes to the address of the act: nothing typed is lost, no script is needed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from .errors import FactorWrong, LockedOut, WrongCredentials
from .factors import code_check, factors_of, passkey_challenge, passkey_check
from .lockout import failure_count, locked_check, password_check
from .models import Staff
from .sessions import fresh_mark, is_fresh

OWN = ("_confirm", "_password", "_code", "_passkey", "_for", "csrfmiddlewaretoken")
View = Callable[..., HttpResponse]


def fresh(view: View) -> View:
    """For a view that may only be used by somebody who has just shown who they are. Under `login_required`."""
    return fresh_when(lambda request, **parts: True)(view)


def fresh_when(sensitive: Callable[..., bool]) -> Callable[[View], View]:
    """The same, where that is asked only in some cases: ``sensitive`` gets what the view gets."""
    return functools.partial(_asking, sensitive)


def _asking(sensitive: Callable[..., bool], view: View) -> View:
    @functools.wraps(view)
    def inner(request: HttpRequest, **parts: str) -> HttpResponse:
        if not sensitive(request, **parts):
            return view(request, **parts)
        asked, error = request.POST.get("_confirm", ""), ""
        if asked and request.method == "POST":
            try:
                _confirm(request)
            except (WrongCredentials, FactorWrong, LockedOut) as wrong:
                error = wrong.ja
            else:
                fresh_mark(request)
                if asked == "get":
                    response = HttpResponseRedirect(request.get_full_path())
                    response.status_code = 303
                    return response
        if error or not is_fresh(request):
            return _ask(request, error)
        return view(request, **parts)

    inner.asks_again = True  # type: ignore[attr-defined]  # for the table of sensitive acts (tests/meta)
    return inner


def _confirm(request: HttpRequest) -> None:
    """One of password, code, passkey. Raises WrongCredentials, FactorWrong, LockedOut."""
    staff, sent = cast(Staff, request.user), request.POST
    locked_check(request, staff.username)
    try:
        if sent.get("_passkey"):
            passkey_check(staff=staff, request=request, challenge=request.session.pop("challenge", ""), answer=sent["_passkey"][:8000])
        elif sent.get("_code", "").strip():
            code_check(staff=staff, typed=sent["_code"][:40])
        else:
            password_check(request, username=staff.username, password=sent.get("_password", "")[:300])
    except FactorWrong:
        failure_count(request, username=staff.username)
        raise
    except WrongCredentials:
        raise WrongCredentials("パスワードが違います。確認して、もう一度入力してください。") from None


def _ask(request: HttpRequest, error: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    options, challenge = passkey_challenge(staff=staff, request=request)
    request.session["challenge"] = challenge
    sent = request.POST if request.method == "POST" else None
    kept = [(k, v) for k, values in sent.lists() if k not in OWN for v in values] if sent else []
    again = sent.get("_confirm", "post") if sent is not None else "get"
    return render(request, "identity/confirm.html", {
        "error": error, "kept": kept, "again": again, "passkey": options, "address": request.get_full_path(),
        "codes": any(f.kind == "totp" for f in factors_of(staff)), "has_password": staff.has_usable_password(),
    }, status=422 if error else 200)
