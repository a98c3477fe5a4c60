"""減免 at the desk: it does not apply, it applies after all, ask again, ask no more. A view parses, calls one service, renders."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from madoguchi.identity.public import Staff
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import number_typed

from . import rebilling
from .errors import BillWrong, ProviderAway, SecondPersonNeeded
from .models import Payment
from .staff_views import payment_page


@login_required
@posts("/staff/payments/{payment_id}/")
def rebill(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Change what is asked for; the page of what is to be paid now comes next."""
    act = request.POST.get("act", "")
    try:
        done = _done(cast(Staff, request.user), payment_id, act, request)
    except BillWrong as wrong:
        return payment_page(request, payment_id, [(wrong.at if wrong.at != "until" else f"until-{act}", wrong.ja)])
    except (ProviderAway, SecondPersonNeeded) as away:
        return payment_page(request, payment_id, [("rebill", away.ja)])
    return see_other(f"/staff/payments/{done.id}/")


def _done(actor: Staff, payment_id: str, act: str, request: HttpRequest) -> Payment:
    if act == "reject":
        return rebilling.waiver_reject(actor=actor, payment_id=payment_id, why=request.POST.get("why", ""), until=_day(request))
    if act == "grant":
        return rebilling.waiver_grant(actor=actor, payment_id=payment_id, less=number_typed(request.POST.get("less", "")))
    if act == "again":
        return rebilling.fee_again(actor=actor, payment_id=payment_id, until=_day(request))
    return rebilling.fee_drop(actor=actor, payment_id=payment_id)


def _day(request: HttpRequest) -> dt.date | None:
    text = unicodedata.normalize("NFKC", request.POST.get("until", "")).strip().replace("/", "-")
    if request.POST.get("no_until") == "yes":
        return None
    if not text:  # a browser sends nothing for a day that is half typed
        raise BillWrong("支払いの期限を入力してください。受け取るときに払う手続きでは、「期限を付けない」を選んでください。", at="until")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BillWrong("支払いの期限を年月日で入力してください（例: 2026-12-10）。", at="until") from None
