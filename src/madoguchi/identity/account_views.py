"""The own account of a member of staff: second factors, recovery codes, password, sessions."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other

from . import factors
from .absences import absences_of
from .errors import FactorWrong, LastFactor, LockedOut, MailWrong, PasswordWeak, WrongCredentials
from .lockout import password_check
from .models import Staff
from .people import mail_set, password_set
from .reauth import fresh
from .sessions import session_carry, sessions_end, sessions_of

HERE = "/staff/account/"


def actor_of(request: HttpRequest) -> Staff:
    """The signed-in staff member."""
    return cast(Staff, request.user)


def _issuer() -> str:
    return f"{city().name} 窓口"


def _page(request: HttpRequest, *, error: str = "", codes: list[str] | None = None, at: str = "") -> HttpResponse:
    staff = actor_of(request)
    mine = factors.factors_of(staff)
    return render(request, "identity/account.html", {
        "error": error, "error_at": at, "typed_mail": request.POST.get("mail", "") if at == "own-mail" else staff.mail,
        "new_codes": codes, "factors": [(f, factors.KINDS[f.kind]) for f in mine],
        "codes_left": factors.codes_left(staff), "sessions": sessions_of(staff), "here": request.session.session_key,
        "kinds": factors.KINDS, "required": settings.STAFF_SECOND_FACTOR == "required" and not request.session.get("office"),
        "needed": request.GET.get("why") == "needed" and not mine, "done": request.GET.get("done", ""),
        "absences": absences_of(staff), "has_password": staff.has_usable_password(),
    }, status=422 if error else 200)


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What I sign in with, and where I am signed in."""
    return _page(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def totp(request: HttpRequest) -> HttpResponse:
    """Enrol an app: the QR code, then the first code."""
    staff, error = actor_of(request), ""
    secret = request.session.get("totp_new") or factors.secret_new()
    if request.method == "POST" and "code" in request.POST:
        try:
            factors.totp_add(actor=staff, secret=secret, code=request.POST["code"][:40], name=request.POST.get("name", ""))
        except FactorWrong:
            error = "確認コードが違います。アプリに出ている新しい6けたの数字を入力してください。続くときは、携帯電話の時刻を自動に合わせてください。"
        else:
            request.session.pop("totp_new", None)
            return _enrolled(request)
    if request.method != "HEAD":
        request.session["totp_new"] = secret
    return render(request, "identity/totp.html", {
        "error": error, "secret": " ".join(secret[i:i + 4] for i in range(0, len(secret), 4)), "name": request.POST.get("name", ""),
        "qr": factors.qr_image(factors.app_address(staff, secret, _issuer())),
    }, status=422 if error else 200)


def _enrolled(request: HttpRequest) -> HttpResponse:
    """After the first factor come the recovery codes; nobody should be without."""
    if factors.codes_left(actor_of(request)) == 0:
        return _page(request, codes=factors.recovery_make(actor=actor_of(request)))
    return see_other(f"{HERE}?done=added")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def passkey(request: HttpRequest) -> HttpResponse:
    """Enrol a passkey: the browser makes it (own small script), we check it."""
    staff, error = actor_of(request), ""
    if request.method == "POST" and "passkey" in request.POST:
        try:
            factors.passkey_add(actor=staff, request=request, challenge=request.session.pop("challenge", ""),
                                answer=request.POST["passkey"][:20000], name=request.POST.get("name", ""))
        except FactorWrong:
            error = "パスキーを登録できませんでした。もう一度お試しください。この機器を前に登録したときは、加える必要はありません。"
        else:
            return _enrolled(request)
    options, challenge = factors.passkey_ask(staff=staff, request=request, issuer=_issuer())
    if request.method != "HEAD":
        request.session["challenge"] = challenge
    site = factors.site_of(request)[0]
    return render(request, "identity/passkey.html", {
        "error": error, "options": options, "name": request.POST.get("name", ""), "by_number": site.replace(".", "").isdecimal(),
    }, status=422 if error else 200)


@login_required
@posts(HERE)
@fresh
def factor_remove(request: HttpRequest, factor_id: str) -> HttpResponse:
    """Take an own factor away."""
    try:
        factors.factor_remove(actor=actor_of(request), factor_id=int(factor_id))
    except LastFactor as wrong:
        return _page(request, error=wrong.ja)
    request.session.pop("enrolled", None)
    return see_other(f"{HERE}?done=removed")


@login_required
@posts(HERE)
@fresh
def recovery(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    if not factors.has_factor(actor_of(request)):
        return _page(request, error="回復コードは、アプリかパスキーを登録してから作れます。")
    return _page(request, codes=factors.recovery_make(actor=actor_of(request)))


@login_required
@posts(HERE)
def mail(request: HttpRequest) -> HttpResponse:
    """Where this person reads mail at the office."""
    try:
        mail_set(actor=actor_of(request).actor, staff=actor_of(request), mail=request.POST.get("mail", ""))
    except MailWrong as wrong:
        return _page(request, error=wrong.ja, at="own-mail")
    return see_other(f"{HERE}?done=mail")


@login_required
@posts(HERE)
def session_end(request: HttpRequest, session_id: str) -> HttpResponse:
    """End one of the own sessions, or with 0 all but this one."""
    staff, number = actor_of(request), int(session_id)
    sessions_end(actor=staff.actor, staff=staff, why="own", only=number or None, but="" if number else request.session.session_key or "")
    return see_other(f"{HERE}?done=ended")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password."""
    staff, faults = actor_of(request), []
    if request.method == "POST":
        faults = _password_faults(request, staff)
        if not faults:
            update_session_auth_hash(request, staff)  # rotates the key of this session
            session_carry(request, staff)
            return see_other(f"{HERE}?done=password")
    context: dict[str, Any] = {"faults": faults, "errors": dict(faults), "must_change": staff.must_change}
    return render(request, "identity/password.html", context, status=422 if faults else 200)


def _password_faults(request: HttpRequest, staff: Staff) -> list[tuple[str, str]]:
    sent = request.POST
    if sent.get("new", "") != sent.get("again", ""):
        return [("again", "新しいパスワードが二つで違います。同じものを入力してください。")]
    try:
        password_check(request, username=staff.username, password=sent.get("old", "")[:300])
        password_set(actor=staff.actor, staff=staff, password=sent.get("new", "")[:300])
    except WrongCredentials:
        return [("old", "いまのパスワードが違います。")]
    except LockedOut as wrong:
        return [("old", wrong.ja)]
    except PasswordWeak as wrong:
        return [("new", wrong.ja)]
    return []

