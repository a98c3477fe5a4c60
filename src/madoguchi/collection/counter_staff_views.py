"""Taxes paid over the counter: the form on the page of a demand. A view parses, calls one service, renders."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.web.posted import posts, see_other

from . import at_counter, online
from .errors import FormWrong
from .staff_views import actor_of, demand_page


@login_required
@posts("/staff/collection/demands/{demand_id}/")
def counter(request: HttpRequest, demand_id: int) -> HttpResponse:
    """To the page on which cash or the terminal is taken for the chosen 期; or the order that waits there is given up."""
    try:
        if request.POST.get("act") == "end":
            at_counter.counter_end(actor=actor_of(request), demand_id=demand_id)
            return see_other(f"/staff/collection/demands/{demand_id}/")
        order = at_counter.counter_order(actor=actor_of(request), demand_id=demand_id, chosen=request.POST.getlist("due"))
    except FormWrong as wrong:
        return demand_page(request, demand_id, wrong.faults)
    return see_other(f"/staff/payments/{online.order_payment(order).id}/")
