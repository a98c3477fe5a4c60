"""The fee of what was withdrawn stays: said at the desk. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import Staff
from madoguchi.web.posted import posts, see_other

from . import withdrawn
from .errors import RefundWrong
from .staff_views import payment_page


@login_required
@posts("/staff/payments/{payment_id}/")
def keep(request: HttpRequest, payment_id: str) -> HttpResponse:
    """It does not go back, and why."""
    try:
        withdrawn.fee_keep(actor=cast(Staff, request.user), payment_id=payment_id, why=request.POST.get("kept_why", ""))
    except RefundWrong as wrong:
        return payment_page(request, payment_id, [("kept_why", wrong.ja)])
    return see_other(f"/staff/payments/{payment_id}/")
