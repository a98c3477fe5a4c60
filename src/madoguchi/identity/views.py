"""Sign-in of residents and staff."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel.errors import NotFound
from madoguchi.web.posted import posts
from madoguchi.web.views import safe_next

from .owners import owner_of, sign_in, sign_out
from .services import resident_signed_in
from .trial import RESIDENTS


def see_other(url: str) -> HttpResponseRedirect:
    """303."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


@require_safe
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """How to sign in: the card, and for trial the invented people."""
    target = safe_next(request, request.GET.get("next"), "/my/")
    return render(request, "identity/sign_in.html", {
        "next": target, "why": request.GET.get("why", "expired" if "expired" in request.GET else ""), "notice": request.GET.get("notice", ""),
        "oidc": settings.OIDC if settings.OIDC["issuer"] else None,
        "people": RESIDENTS.items() if settings.TRIAL_SIGN_IN else (),
    })


@posts("/sign-in/")
def trial_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as an invented person. Not there in production."""
    person = RESIDENTS.get(request.POST.get("person", "")) if settings.TRIAL_SIGN_IN else None
    if person is None:
        raise NotFound
    resident = resident_signed_in(issuer="trial", subject=request.POST["person"], person=person)
    response = see_other(safe_next(request, request.POST.get("next"), "/my/"))
    sign_in(response, resident)
    return response


@posts("/my/")
def sign_out_view(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    response = see_other("/")
    sign_out(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Staff sign-in."""
    error = ""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"), "/staff/")
    if request.method == "POST":
        user = authenticate(request, username=request.POST.get("username", "").strip(), password=request.POST.get("password", ""))
        if user is not None:
            login(request, user)
            return see_other(target)
        error = "職員番号かパスワードが違います。確認して、もう一度入力してください。"
    return render(request, "identity/staff_sign_in.html", {"error": error, "next": target, "username": request.POST.get("username", "")},
                  status=422 if error else 200)


@posts("/staff/")
def staff_sign_out(request: HttpRequest) -> HttpResponse:
    """Staff sign-out."""
    logout(request)
    return see_other("/staff/sign-in/")


def who(request: HttpRequest) -> str:
    """The resident's key, for templates."""
    owner = owner_of(request)
    return owner.key if owner else ""
