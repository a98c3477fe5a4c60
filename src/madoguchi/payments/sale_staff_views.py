"""Fees at the counter as staff see them: pick, say the sum, take the money. A view parses, calls one service, renders."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Staff
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import number_typed

from . import sales
from .errors import CashWrong, CountWrong
from .staff_views import payment_page, slip_typed
from .terminals import kinds_of, terminals_shown
from .till import till_check


@login_required
@require_safe
def sale(request: HttpRequest, section: str) -> HttpResponse:
    """The city's fees of today, to be counted."""
    return _page(request, section, [])


def _page(request: HttpRequest, section: str, faults: list[tuple[str, str]], total: int | None = None) -> HttpResponse:
    till_check(cast(Staff, request.user), section)
    shown = terminals_shown(section, total or 0)
    context = {"offers": [(o, f"f-{o.key}") for o in sales.fees_offered()], "key": section, "section": city().sections[section].name,
               "press": request.POST.get("press") or str(uuid.uuid4()), "faults": faults, "wrong": dict(faults), "typed": request.POST,
               "total": total, "terminals": shown, "kinds": kinds_of(shown)}
    return render(request, "payments/sale.html", context, status=422 if faults else 200)


def _counts(request: HttpRequest) -> dict[str, int]:
    return {o.key: number_typed(request.POST.get(f"f-{o.key}", "").strip() or "0") for o in sales.fees_offered()}


def _total(counts: dict[str, int]) -> int | None:
    """The sum that is still on the page when something else was wrong."""
    try:
        return sales.sale_lines(counts)[1]
    except CountWrong:
        return None


@login_required
@posts("/staff/payments/sale/{section}/")
def take(request: HttpRequest, section: str) -> HttpResponse:
    """Say the sum, or take the cash: then the payment, with the change and the receipt to print."""
    actor, counts, press = cast(Staff, request.user), _counts(request), request.POST.get("press", "")
    try:
        if request.POST.get("act") not in ("take", "terminal"):
            return _page(request, section, [], sales.sale_lines(counts)[1])
        if request.POST.get("act") == "terminal":
            made = sales.sale_terminal(actor=actor, section=section, press=press, counts=counts, typed=slip_typed(request),
                                       said=number_typed(request.POST.get("said", "")))
            return see_other(f"/staff/payments/{made.id}/")
        payment, change = sales.sale_take(actor=actor, section=section, press=press, counts=counts,
                                          tendered=number_typed(request.POST.get("tendered", "")))
    except CountWrong as wrong:
        return _page(request, section, wrong.faults, _total(counts))
    except CashWrong as wrong:
        return _page(request, section, [("tendered", wrong.ja)], _total(counts))
    return payment_page(request, str(payment.id), [], change)
