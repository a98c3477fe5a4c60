"""Sign-in of staff: password, then the second factor."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.kinds import ours
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from .errors import AddressPaused, FactorWrong, LockedOut, WrongCredentials
from .factors import code_check, factors_of, has_factor, passkey_challenge, passkey_check
from .lockout import address_check, address_count, failure_count, locked_check, number_read, password_check
from .models import Staff
from .selectors import staff_active_by_id
from .services import staff_provider
from .sessions import session_begin, session_drop

HALF, HALF_SECONDS = "half", 300
TOO_LATE = "時間がたちました。もう一度、職員番号とパスワードを入力してください。"
WHY = {
    "idle": "しばらく操作がなかったため、ログインが切れました。", "long": "ログインしてから長い時間がたったため、ログインが切れました。",
    "ended": "このログインは終了しています(ほかの画面や管理者が終了した、所属・役割・パスワードが変わった、など)。",
    "late": TOO_LATE, "office": ours("市の職員認証でログインできませんでした。もう一度お試しください。続くときは、管理者に連絡してください。"),
    "nobody": ours("市の職員認証では確認できましたが、この市役所に職員の登録がありません。管理者に連絡してください。"),
}


class _Half(TypedDict):
    staff: int
    stamp: str
    at: str
    next: str


@require_http_methods(["GET", "HEAD", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Number and password."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"), "/staff/")
    username, error = number_read(request.POST.get("username", "")), None
    if request.method == "POST":
        try:
            address_check(request)
            staff = _first(request, username)
        except (AddressPaused, WrongCredentials, LockedOut) as wrong:
            error = wrong
        else:
            return _go_on(request, staff, target)
    return _page(request, "identity/staff_sign_in.html", error, {
        "next": target, "username": username, "why": WHY.get(request.GET.get("why", ""), ""), "kept": request.GET.get("kept", ""),
        "office": settings.STAFF_OIDC if staff_provider() else None, "optional": settings.STAFF_SECOND_FACTOR == "optional",
    })


def _page(request: HttpRequest, template: str, error: DomainError | None, context: dict[str, Any]) -> HttpResponse:
    """A page of the sign-in, with what went wrong."""
    page = render(request, template, context | {"error": error.ja if error else ""}, status=error.status if error else 200)
    if isinstance(error, AddressPaused):
        page.headers["Retry-After"] = str(error.data["seconds"])
    return page


def _first(request: HttpRequest, username: str) -> Staff:
    try:
        return password_check(request, username=username, password=request.POST.get("password", "")[:300])
    except (WrongCredentials, LockedOut):
        address_count(request)
        raise


def _go_on(request: HttpRequest, staff: Staff, target: str) -> HttpResponse:
    """The password fits: on to the second factor, or in, where there is none yet."""
    if not has_factor(staff):
        session_begin(request=request, staff=staff, way="password")
        return see_other(target)
    request.session.flush()
    half: _Half = {"staff": staff.id, "stamp": staff.get_session_auth_hash(), "at": clock.now().isoformat(), "next": target}
    request.session[HALF] = half
    return see_other("/staff/sign-in/second/")


def _half_of(request: HttpRequest) -> tuple[Staff, str] | None:
    """Whose password was right a moment ago, and where they want to go."""
    half: Any = request.session.get(HALF)
    if not half or clock.now() - dt.datetime.fromisoformat(half["at"]) > dt.timedelta(seconds=HALF_SECONDS):
        return None
    staff = staff_active_by_id(half["staff"])
    return (staff, half["next"]) if staff and staff.get_session_auth_hash() == half["stamp"] else None


@require_http_methods(["GET", "HEAD", "POST"])
def staff_second(request: HttpRequest) -> HttpResponse:
    """The second factor."""
    found = _half_of(request)
    if found is None:
        request.session.pop(HALF, None)
        return see_other("/staff/sign-in/?why=late")
    staff, target = found
    error: DomainError | None = None
    if request.method == "POST":
        try:
            address_check(request)
            way = _second(request, staff)
        except (AddressPaused, FactorWrong, LockedOut) as wrong:
            error = wrong
        else:
            request.session.flush()
            session_begin(request=request, staff=staff, way=way)
            return see_other(target)
    options, challenge = passkey_challenge(staff=staff, request=request)
    if request.method != "HEAD":
        request.session["challenge"] = challenge
    return _page(request, "identity/staff_second.html", error, {
        "passkey": options, "codes": any(f.kind == "totp" for f in factors_of(staff)),
    })


def _second(request: HttpRequest, staff: Staff) -> str:
    locked_check(request, staff.username)
    try:
        if request.POST.get("passkey"):
            return passkey_check(staff=staff, request=request, challenge=request.session.pop("challenge", ""),
                                 answer=request.POST["passkey"][:8000])
        return code_check(staff=staff, typed=request.POST.get("code", "")[:40])
    except FactorWrong:
        address_count(request)
        failure_count(request, username=staff.username)
        raise


@posts("/staff/")
def staff_sign_out(request: HttpRequest) -> HttpResponse:
    """Sign-out."""
    session_drop(request)
    logout(request)
    return see_other("/staff/sign-in/")
