"""委任を終わらせる: found by its number, looked at, ended with a reason."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Staff
from madoguchi.web.posted import posts, see_other

from . import mandate_desk as services
from . import selectors
from .errors import MandateNotFound, MandateWrong
from .rules import ACTS, RUN_OUT, WORDS, State


def _actor(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


@login_required
@require_safe
def mandate_find(request: HttpRequest) -> HttpResponse:
    """A number, as a section reads it off a case."""
    actor, number = _actor(request), request.GET.get("number", "")
    faults: list[tuple[str, str]] = []
    try:
        return see_other(f"/staff/guardians/mandates/{services.mandate_numbered(actor=actor, number=number)}/")
    except MandateNotFound as none:
        faults = [("number", none.ja)] if number else []
    context = {"number": number[:40], "faults": faults, "wrong": dict(faults)}
    return render(request, "agency/mandate_find.html", context, status=422 if faults else 200)


@login_required
@require_safe
def mandate_desk(request: HttpRequest, mandate_id: str) -> HttpResponse:
    """One of them."""
    return _page(request, mandate_id, [])


def _page(request: HttpRequest, mandate_id: str, faults: list[tuple[str, str]]) -> HttpResponse:
    row = services.mandate_looked(actor=_actor(request), mandate_id=mandate_id)
    people, works = selectors.opened(row), selectors.works(row, known=True)
    words = RUN_OUT if row.state == State.ACCEPTED and not works else WORDS[State(row.state)]
    context = {"m": row, "giver": people["giver"], "agent": people["agent"], "works": works, "words": words,
               "scope": selectors.scope_words(row.scope), "acts": [ACTS[act] for act in row.acts], "faults": faults, "wrong": dict(faults),
               "why": request.POST.get("why", "")}
    return render(request, "agency/mandate_desk.html", context, status=422 if faults else 200)


@login_required
@posts("/staff/guardians/mandates/{mandate_id}/")
def mandate_close(request: HttpRequest, mandate_id: str) -> HttpResponse:
    """End it."""
    try:
        services.mandate_stop(actor=_actor(request), mandate_id=mandate_id, why=request.POST.get("why", ""))
    except MandateWrong as wrong:
        return _page(request, mandate_id, wrong.faults)
    return see_other(f"/staff/guardians/mandates/{mandate_id}/")
