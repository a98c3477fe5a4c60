"""Accounts for 口座振替 as staff see them: applications of which somebody must say whose tax it is, and what is registered."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.web.posted import posts, see_other

from . import registrations, selectors
from .charges import charges
from .errors import FormWrong, MoneyMoved
from .models import DebitAct
from .staff_views import actor_of, name_of, page_of, works

HERE = "/staff/collection/accounts/"
FORMS = 50  # on a page: the next come up as these are done


@login_required
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """What waits, and what is registered from where."""
    return _page(request)


def _page(request: HttpRequest, act_id: str = "", *, sure: str = "", wrong: str = "") -> HttpResponse:
    actor = actor_of(request)
    rows = selectors.account_list(actor=actor, page=page_of(request))
    waiting = selectors.registrations_waiting(actor=actor)
    shown = [act for n, act in enumerate(waiting) if n < FORMS or str(act.id) == act_id]
    context = {"waiting": [_row(request, act, act_id, sure, wrong) for act in shown], "left": len(waiting) - len(shown), "rows": rows,
               "accounts": selectors.account_rows(rows), "names": {key: c.name for key, c in charges().all.items()}, "works": works(request),
               "faults": [(f"payer-{act_id}", wrong)] if wrong else []}
    return render(request, "collection/accounts.html", context, status=422 if wrong else 200)


def _row(request: HttpRequest, act: DebitAct, act_id: str, sure: str, wrong: str) -> dict[str, Any]:
    """One application that waits; ``sure``: the number of which the name is shown before anything is registered."""
    candidates, here = selectors.candidates_of(act), str(act.id) == act_id
    typed = request.POST.get("payer", "") if here else candidates[0].payer if candidates else ""
    return {"act": act, "name": name_of(act.charge), "kind": registrations.KINDS[act.kind], "candidates": candidates, "typed": typed,
            "sure": selectors.payer_shown(actor=actor_of(request), payer=sure) if here and sure else None, "wrong": wrong if here else ""}


@login_required
@posts(HERE)
def place(request: HttpRequest, act_id: str) -> HttpResponse:
    """Say whose tax it is: first the name is shown, then it is registered."""
    actor, payer = actor_of(request), request.POST.get("payer", "").strip()[:20]
    act = registrations.registration_get(actor=actor, act_id=act_id)
    try:
        if payer and request.POST.get("sure", "") != payer and selectors.payer_shown(actor=actor, payer=payer):
            return _page(request, str(act.id), sure=payer)
        registrations.registration_place(actor=actor, act_id=str(act.id), payer=payer)
    except FormWrong as wrong:
        return _page(request, str(act.id), wrong=wrong.faults[0][1])
    return see_other(HERE)


@login_required
@posts(HERE)
def drop(request: HttpRequest, act_id: str) -> HttpResponse:
    """Nothing comes of it. A second click finds it gone."""
    try:
        registrations.registration_drop(actor=actor_of(request), act_id=act_id)
    except MoneyMoved:
        registrations.registration_get(actor=actor_of(request), act_id=act_id)
    return see_other(HERE)
