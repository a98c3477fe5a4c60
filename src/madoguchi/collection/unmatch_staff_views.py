"""取消し of a 消込 as staff do it: asked for on the page of the payment, answered there by another person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import fresh
from madoguchi.web.posted import posts, see_other

from . import unmatches
from .errors import FormWrong, MoneyMoved, SecondPerson
from .staff_views import actor_of, money_page

PAGE = "/staff/collection/unmatched/{money_id}/"


@login_required
@posts(PAGE)
def ask(request: HttpRequest, money_id: int) -> HttpResponse:
    """Ask that the 消込 of a payment is taken back."""
    try:
        unmatches.unmatch_ask(actor=actor_of(request), money_id=money_id, reason=request.POST.get("reason", "").strip())
    except FormWrong as wrong:
        return money_page(request, money_id, wrong.faults)
    except MoneyMoved as wrong:
        return money_page(request, money_id, [("back", wrong.ja)], wrong.status)
    return see_other(PAGE.format(money_id=money_id))


@login_required
@posts(PAGE)
@fresh
def answer(request: HttpRequest, money_id: int) -> HttpResponse:
    """Approve or decline."""
    try:
        if request.POST.get("act") in ("approve", "decline"):
            unmatches.unmatch_answer(actor=actor_of(request), money_id=money_id, approve=request.POST["act"] == "approve")
    except (SecondPerson, MoneyMoved) as wrong:
        return money_page(request, money_id, [("back", wrong.ja)], wrong.status)
    return see_other(PAGE.format(money_id=money_id))
