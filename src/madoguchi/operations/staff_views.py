"""The operator page: what the administrator looks at in the morning."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.delivery.public import SKIP_REASONS
from madoguchi.identity.public import Staff, fresh
from madoguchi.kernel.errors import Conflict
from madoguchi.web.posted import posts, see_other

from . import selectors, services


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Queue, stuck messages, deliveries, disk, certificates, seals, backups, versions."""
    return _page(request, "")


def _page(request: HttpRequest, error: str) -> HttpResponse:
    context = {"o": selectors.overview(actor=cast(Staff, request.user)), "reasons": SKIP_REASONS, "error": error}
    return render(request, "operations/overview.html", context, status=422 if error else 200)


def _back() -> HttpResponseRedirect:
    return see_other("/staff/operations/")


@login_required
@posts("/staff/operations/")
def retry(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try a parked message again."""
    services.message_retry(actor=cast(Staff, request.user), message_id=message_id)
    return _back()


@login_required
@posts("/staff/operations/")
@fresh
def skip(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give a parked message up, with a reason."""
    reason = request.POST.get("reason", "")
    if reason not in SKIP_REASONS:
        selectors.insist(cast(Staff, request.user))
        return _page(request, "飛ばす理由を選んでください。")
    try:
        services.message_skip(actor=cast(Staff, request.user), message_id=message_id, reason=reason)
    except Conflict as owed:
        return _page(request, owed.ja)
    return _back()
