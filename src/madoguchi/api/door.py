"""The address of the API. The library behind it costs 31 MB and two seconds, so it is loaded by the first request to it and
never by a page."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern
from django.views.decorators.csrf import csrf_exempt

ROOT = "/api/v1/"


@functools.cache
def _resolver() -> URLResolver:
    from .routes import api

    return URLResolver(RegexPattern(rf"^{ROOT}"), api.urls[0])


@csrf_exempt  # a page of another site cannot set the header that routes.ByResident asks for
def door(request: HttpRequest) -> HttpResponseBase:
    """Hand the request to the API."""
    from .problems import problem

    try:
        match = _resolver().resolve(request.path_info)
    except Resolver404:
        return problem(404, "not_found", "このアドレスのAPIはありません。/api/v1/openapi.json を確認してください。")
    request.resolver_match = match
    answer: Any = match.func(request, *match.args, **match.kwargs)
    if answer.status_code == 405:
        allowed = answer.headers.get("Allow", "")
        answer = problem(405, "method_not_allowed", "この方法(メソッド)では使えません。")
        answer.headers["Allow"] = allowed
    return answer  # type: ignore[no-any-return]
