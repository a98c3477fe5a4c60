"""Views that belong to no procedure: display settings, errors, health."""

from __future__ import annotations

import hmac
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from madoguchi.kernel import metrics, trace
from madoguchi.kernel.health import fault, too_slow
from madoguchi.kernel.said import say

from .languages import LANGUAGES
from .posted import posts

PROGRAMS = "/api/"  # here programs ask, and errors are application/problem+json
UNDONE = "この操作は取り消されました(半分だけ残ることはありません)。少し待ってから、前の画面に戻ってもう一度お試しください。"


def _problem(status: int, code: str, title: str) -> HttpResponse:
    body = {"type": "about:blank", "status": status, "code": code, "title": title}
    return JsonResponse(body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False})


def safe_next(request: HttpRequest, value: str | None, default: str = "/") -> str:
    """A path on this site, or the default."""
    if value and url_has_allowed_host_and_scheme(value, {request.get_host()}, request.is_secure()) and value.startswith("/"):
        return value
    return default


@posts("/")
def display_settings(request: HttpRequest) -> HttpResponse:
    """Text size, contrast, readings, language and the keys of staff without JavaScript: a cookie, then back to where the person was."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    back = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    response = HttpResponseRedirect(safe_next(request, back or "/"))
    response.status_code = 303
    for name, allowed in (("size", ("std", "l", "xl")), ("contrast", ("std", "high")), ("ruby", ("std", "on")),
                          ("lang", tuple(LANGUAGES)), ("keys", ("on", "off"))):
        value = request.POST.get(name)
        if value is not None and value in allowed:
            response.set_cookie(f"ui_{name}", value, max_age=31_536_000, httponly=True, samesite="Lax", secure=settings.SECURE_COOKIES)
    return response


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when web, database and worker are well, else 503 with the reason."""
    reason = fault()
    return JsonResponse({"ok": False, "reason": reason}, status=503) if reason else JsonResponse({"ok": True})


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Counts for Prometheus: by token; outside of production without one from this machine itself, when no proxy is between."""
    told = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN:
        allowed = hmac.compare_digest(told.encode(), settings.METRICS_TOKEN.encode())
    else:
        through = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
        allowed = not settings.PRODUCTION and not through and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "[::1]")
    if not (settings.METRICS and allowed):
        raise Http404
    body, kind = metrics.page()
    return HttpResponse(body, content_type=kind)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; an address typed without its last slash goes to the page that was meant."""
    if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
        try:
            resolve(f"{request.path_info}/")
        except Resolver404:
            pass
        else:
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return _sorry(request, 404, say("お探しのページは見つかりませんでした"),
                  for_staff="アドレスの打ちまちがい、期限切れ、またはほかの課の申請の可能性があります。")


def _sorry(request: HttpRequest, status: int, title: str, words: str = "", *, for_staff: str = "", **more: object) -> HttpResponse:
    """A page that says what went wrong and what to do. It asks the database for nothing, for that may be what is wrong. Staff are led
    back to their own pages, and read ``for_staff`` where it is another sentence."""
    staff = request.path.startswith("/staff/")
    context = {"title": title, "words": for_staff or words if staff else words, "status": status, "staff": staff} | more
    return render(request, "web/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: too many fields, too long a text, half a form."""
    words = say("入力が長すぎるか、送られた内容が途中で切れています。前の画面に戻り、文を短くするか、写真を何回かに分けて、"
             "もう一度送信してください。")
    if request.path.startswith(PROGRAMS):
        return _problem(400, "request_wrong", words)
    return _sorry(request, 400, say("受け取れない内容でした"), words)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more at once than is taken in; the way back is the page whose form was sent."""
    words = say("一度に送れるのは{n}MBまでです。前の画面に戻り、写真を何回かに分けて送ってください。",
                n=settings.UPLOAD_REQUEST_MAX_BYTES // 1_000_000)
    if request.path.startswith(PROGRAMS):
        return _problem(413, "too_large", words)
    return _sorry(request, 413, say("送られた内容が大きすぎます"), words, back=request.path)


def not_allowed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponse:
    """405: an address that only takes forms was opened, or a page was sent to. Keeps ``answer``'s Allow."""
    words = say("何も送られていません。前の画面に戻り、そこにあるボタンやリンクを使ってください。")
    template = "web/staff_error.html" if request.path.startswith("/staff/") else "web/error.html"
    page = render(request, template, {"title": say("この操作はできませんでした"), "words": words, "status": 405}, status=405)
    page.headers["Allow"] = answer.headers.get("Allow", "")
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says what to do, shows nothing of the inside. 503 when the database ended a statement that ran too long (config.patience)."""
    if too_slow(sys.exception()):
        return _too_slow(request)
    words = say("入力した内容は、最後に保存した画面まで残っています。少し待ってから、前の画面に戻ってもう一度お試しください。")
    if request.path.startswith(PROGRAMS):
        return _problem(500, "server_error", f"ただいま処理できませんでした。お問い合わせ番号 {trace.current()}")
    return _sorry(request, 500, say("ただいま処理できませんでした"), words, for_staff=UNDONE, number=trace.current())


def _too_slow(request: HttpRequest) -> HttpResponse:
    words = say("入力した内容は、最後に保存した画面まで残っています。少し待ってから、前の画面に戻ってもう一度お試しください。"
                "検索や一覧は、言葉や期間をしぼると早く出ます。")
    title = say("時間がかかりすぎるため、途中でやめました")
    if request.path.startswith(PROGRAMS):
        return _problem(503, "too_slow", f"時間がかかりすぎるため、途中でやめました。お問い合わせ番号 {trace.current()}")
    return _sorry(request, 503, title, words, for_staff=f"{UNDONE}検索や一覧は、言葉や期間をしぼると早く出ます。", number=trace.current())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the site is meant to be, and whom to tell when it is not."""
    return render(request, "web/accessibility.html")
