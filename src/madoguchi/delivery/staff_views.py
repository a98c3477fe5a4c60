"""Hand-overs as staff see them, and what waits for a person."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from madoguchi.identity.public import Right, Staff
from madoguchi.web.posted import see_other
from madoguchi.web.typed import page_typed

from . import services


@login_required
@require_safe
def parcels(request: HttpRequest) -> HttpResponse:
    """All parcels of one's sections with their state and the characters that did not map; what is stuck above them."""
    actor, page = cast(Staff, request.user), request.GET.get("page", "1")
    context = {
        "rows": services.parcel_list(actor=actor, page=page_typed(page)),
        "stuck": services.stuck_list(actor=actor), "reasons": services.SKIP_REASONS,
        "may_act": bool(actor.sections()) or actor.may(Right.RETRY_DELIVERIES),
    }
    return render(request, "delivery/parcels.html", context)


def _back() -> HttpResponseRedirect:
    return see_other("/staff/deliveries/")


@login_required
@require_POST
def retry(request: HttpRequest, parcel_id: str) -> HttpResponse:
    """Deliver again now."""
    services.parcel_retry(actor=cast(Staff, request.user), parcel_id=parcel_id)
    return _back()


@login_required
@require_POST
def unstick(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try a parked promise again."""
    services.stuck_retry(actor=cast(Staff, request.user), message_id=message_id)
    return _back()
