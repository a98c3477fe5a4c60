"""Errors as application/problem+json (RFC 9457), in Japanese."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from madoguchi.kernel.errors import DomainError

KIND, MISSING = "application/problem+json", "この項目がありません。"


def problem(status: int, code: str, title: str, **more: Any) -> HttpResponse:
    """One error."""
    body = {"type": "about:blank", "status": status, "code": code, "title": title} | more
    return JsonResponse(body, status=status, content_type=KIND, json_dumps_params={"ensure_ascii": False})


def of_domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What the rules of the city hall do not allow. Answers that are wrong are named one by one."""
    more: dict[str, Any] = {}
    if faults := getattr(error, "faults", None):
        more["errors"] = [{"at": f.question if f.index is None else f"{f.index}.{f.question}", "title": f.ja} for f in faults]
    if "words" in error.data:
        more["detail"] = str(error.data["words"])
    answer = problem(error.status, error.code, error.ja, **more)
    if "seconds" in error.data:
        answer.headers["Retry-After"] = str(error.data["seconds"])
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_form(request: HttpRequest, error: Any) -> HttpResponse:
    """The request does not have the form that openapi.json describes. What was sent is not repeated."""
    rows = [{"at": ".".join(str(part) for part in row["loc"][1:]), "title": MISSING if row["type"] == "missing" else "形が違います。"}
            for row in error.errors]
    return problem(422, "form_wrong", "送られた内容の形が違います。/api/v1/openapi.json を確認してください。", errors=rows)


def of_http(request: HttpRequest, error: Any) -> HttpResponse:
    """JSON that cannot be read, and the like."""
    return problem(error.status_code, "request_wrong", "送られた内容を読めません。JSONか、multipart/form-data で送ってください。")
