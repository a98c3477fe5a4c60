"""Fees at the counter as staff see them: pick, say the sum, take the cash. A view parses, calls one service, renders."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Staff
from madoguchi.offices.public import city
from madoguchi.web.posted import posts
from madoguchi.web.typed import number_typed

from . import sales
from .errors import CashWrong, CountWrong
from .staff_views import payment_page
from .till import till_check


@login_required
@require_safe
def sale(request: HttpRequest, section: str) -> HttpResponse:
    """The city's fees of today, to be counted."""
    return _page(request, section, [])


def _page(request: HttpRequest, section: str, faults: list[tuple[str, str]], total: int | None = None) -> HttpResponse:
    till_check(cast(Staff, request.user), section)
    context = {"offers": [(o, f"f-{o.key}") for o in sales.fees_offered()], "key": section, "section": city().sections[section].name,
               "press": request.POST.get("press") or str(uuid.uuid4()), "faults": faults, "wrong": dict(faults), "typed": request.POST,
               "total": total}
    return render(request, "payments/sale.html", context, status=422 if faults else 200)


def _counts(request: HttpRequest) -> dict[str, int]:
    return {o.key: number_typed(request.POST.get(f"f-{o.key}", "").strip() or "0") for o in sales.fees_offered()}


@login_required
@posts("/staff/payments/sale/{section}/")
def take(request: HttpRequest, section: str) -> HttpResponse:
    """Say the sum, or take the cash: then the payment, with the change and the receipt to print."""
    actor, counts = cast(Staff, request.user), _counts(request)
    try:
        if request.POST.get("act") != "take":
            return _page(request, section, [], sales.sale_lines(counts)[1])
        payment, change = sales.sale_take(actor=actor, section=section, press=request.POST.get("press", ""), counts=counts,
                                          tendered=number_typed(request.POST.get("tendered", "")))
    except CountWrong as wrong:
        return _page(request, section, wrong.faults)
    except CashWrong as wrong:
        return _page(request, section, [("tendered", wrong.ja)])
    return payment_page(request, str(payment.id), [], change)
