"""One frame around every request: security headers, and errors of the domain as pages."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

from madoguchi.kernel import metrics, trace
from madoguchi.kernel.errors import DomainError, TooMany
from madoguchi.kernel.said import Said
from madoguchi.web import languages
from madoguchi.web.posted import NO_ROOM, TOO_LARGE
from madoguchi.web.views import not_allowed, server_error, too_large

# Own scripts and styles only, nothing inline. The few inline style attributes of bars are allowed by hash-free
# 'unsafe-inline' nowhere: widths are set by classes.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'{extra}; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def request_frame(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost middleware."""
    from django.conf import settings

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        number = trace.begin(request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else "")
        with languages.drawing(languages.wanted(request)):
            response = get_response(request)
        response.headers["X-Request-ID"] = number
        match = request.resolver_match
        metrics.answered((match.view_name or match.route) if match else "none", request.method or "", response.status_code, time.monotonic() - began)
        response.headers.setdefault(
            "Content-Security-Policy",
            _policy(settings.OIDC["issuer"], settings.OIDC_ENDPOINTS["authorization_endpoint"], settings.STAFF_OIDC["issuer"],
                    settings.GBIZ["issuer"], settings.GBIZ_ENDPOINTS["authorization_endpoint"], settings.CARD_GATEWAY["page"])
        )
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    return _with_errors(middleware)


@functools.lru_cache(maxsize=4)
def _policy(*sign_in: str) -> str:
    """The form "sign in with the card" ends at the identity provider, and browsers hold the redirect after a POST to
    form-action too (Chromium does: identity/tests/test_oidc.py), so the provider's origin is named."""
    origins = sorted({f"{p.scheme}://{p.netloc}" for p in map(urlsplit, filter(None, sign_in))})
    return CSP.format(extra="".join(f" {origin}" for origin in origins))


def _with_errors(inner: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    class Frame:
        """Callable with Django's exception hook."""

        def __call__(self, request: HttpRequest) -> HttpResponse:
            return inner(request)

        def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
            if not isinstance(error, DomainError):
                return None
            template = "web/staff_error.html" if request.path.startswith("/staff/") else "web/error.html"
            title = error.ja if isinstance(error.ja, Said) else Said(error.ja)  # residents read it in their language
            context = {"title": title, "words": error.data.get("words", ""), "status": error.status}
            page = render(request, template, context, status=error.status)
            if isinstance(error, TooMany):
                page.headers["Retry-After"] = str(error.data["seconds"])
            return page

    return Frame()


def whole_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Innermost middleware: what the door (config.rsgi) did not take in whole gets its page here, and so does an answer that says no more
    than 405 (a blank page in the browser)."""
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.META.get(TOO_LARGE):
            return too_large(request)
        if request.META.get(NO_ROOM):
            return server_error(request)
        answer = get_response(request)
        return not_allowed(request, answer) if answer.status_code == 405 and not answer.content else answer

    return middleware


class PagesCompressed(GZipMiddleware):
    """Pages go out compressed, with Django's random padding against BREACH. Files do not: photos and PDFs are packed
    already, and a certificate must come with its length."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed when it is a page and the browser takes gzip."""
        return response if response.streaming else super().process_response(request, response)
