"""納付書 of a fee for staff of the section whose fee it is: made when there is none yet, and printed at the counter."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import Staff
from madoguchi.web.posted import posts

from . import desk


@login_required
@posts("/staff/payments/{payment_id}/")
def fee_slip(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The PDF."""
    data = desk.fee_slip(actor=cast(Staff, request.user), payment_id=payment_id)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="slip.pdf"'})
