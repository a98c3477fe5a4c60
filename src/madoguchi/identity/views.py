"""Sign-in of residents."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.web.posted import posts, see_other
from madoguchi.web.views import safe_next

from .kept import input_keep, may_have
from .owners import owner_of, sign_in, sign_out
from .services import resident_signed_in
from .trial import BUSINESSES, RESIDENTS


@require_safe
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """How to sign in: the card, and for trial the invented people."""
    target = safe_next(request, request.GET.get("next"), "/my/")
    return render(request, "identity/sign_in.html", {
        "next": target, "why": request.GET.get("why", "expired" if "expired" in request.GET else ""), "notice": request.GET.get("notice", ""),
        "kept": request.GET.get("kept", ""),
        "oidc": settings.OIDC if settings.OIDC["issuer"] else None,
        "people": RESIDENTS.items() if settings.TRIAL_SIGN_IN else (),
        "gbiz": settings.GBIZ if settings.GBIZ["issuer"] else None, "businesses": BUSINESSES.items() if settings.TRIAL_SIGN_IN else (),
        "business_next": target if target != "/my/" else "/office/",
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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old: somebody has signed in meanwhile, in another window. What was typed is kept."""
    words = say("画面を開いてから時間がたったか、ブラウザーがクッキー(Cookie)を受け取らない設定になっています。"
                "前の画面に戻って読み込み直し、もう一度送信してください。")
    left, back = input_keep(request), ""
    if left and left.ticket:
        words = say("画面を開いたあとに、ログインし直しています。入力した内容は預かりました。元の画面に戻り、確認して、もう一度送信してください。")
        back = left.back
        if left.mark.who not in may_have(request):
            back = left.mark.way_in({"next": back, "kept": "yes"})
    return render(request, "web/error.html", {"title": say("送信できませんでした"), "words": words, "status": 403, "back": back}, status=403)


def who(request: HttpRequest) -> str:
    """The resident's key, for templates."""
    owner = owner_of(request)
    return owner.key if owner else ""
