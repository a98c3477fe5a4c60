"""Hand-overs as staff see them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from .services import parcel_list, parcel_retry


@login_required
@require_safe
def parcels(request: HttpRequest) -> HttpResponse:
    """All parcels of one's sections with their state and the characters that did not map."""
    return render(request, "delivery/parcels.html", {"rows": parcel_list(actor=request.user)})  # type: ignore[arg-type]


@login_required
@require_POST
def retry(request: HttpRequest, parcel_id: str) -> HttpResponse:
    """Try again."""
    parcel_retry(actor=request.user, parcel_id=parcel_id)  # type: ignore[arg-type]
    response = HttpResponseRedirect("/staff/deliveries/")
    response.status_code = 303
    return response
