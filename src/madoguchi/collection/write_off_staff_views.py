"""不納欠損 as staff see it: proposals, answers, the list; and the proposal of one demand."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import fresh
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, number_typed

from . import selectors, writeoffs
from .access import stamps
from .errors import FormWrong, MoneyMoved, SecondPerson
from .rules import GROUNDS
from .staff_views import actor_of, name_of, page_of

STATES = {"asked": "承認待ち", "done": "不納欠損済み", "declined": "却下"}


@login_required
@require_safe
def write_offs(request: HttpRequest) -> HttpResponse:
    """All proposals, the newest first."""
    return _list(request, [], 200)


def _list(request: HttpRequest, faults: list[tuple[str, str]], status: int) -> HttpResponse:
    actor = actor_of(request)
    rows = selectors.write_off_list(actor=actor, page=page_of(request))
    shown = [(w, name_of(w.instalment.demand.charge), GROUNDS[w.ground][0], STATES[w.state],
              w.state == "asked" and stamps(actor) and w.asked_by != actor.actor) for w in rows]
    return render(request, "collection/write_offs.html", {"rows": rows, "shown": shown, "faults": faults}, status=status)


@login_required
@posts("/staff/collection/write-offs/")
@fresh
def answer(request: HttpRequest, write_off_id: str) -> HttpResponse:
    """Approve or decline."""
    try:
        if request.POST.get("act") in ("approve", "decline"):
            writeoffs.write_off_answer(actor=actor_of(request), write_off_id=write_off_id, approve=request.POST["act"] == "approve")
    except (SecondPerson, MoneyMoved) as wrong:
        return _list(request, [("rows", wrong.ja)], wrong.status)
    return see_other("/staff/collection/write-offs/")


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """What was written off, as CSV."""
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="write-offs.csv"'})
    response.write(writeoffs.write_off_sheet(actor=actor_of(request)))
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, demand_id: int) -> HttpResponse:
    """The form that proposes a 不納欠損 of one 期."""
    actor, faults, sent = actor_of(request), list[tuple[str, str]](), request.POST
    found = selectors.demand_get(actor=actor, demand_id=demand_id)
    if request.method == "POST":
        try:
            writeoffs.write_off_ask(actor=actor, demand_id=demand_id, no=number_typed(sent.get("no", ""), 2), ground=sent.get("ground", ""),
                                    since=day_typed(sent.get("since", "")), reason=sent.get("reason", "").strip())
            return see_other("/staff/collection/write-offs/")
        except FormWrong as wrong:
            faults = wrong.faults
    parts = [p for p in selectors.instalments_of(found) if p.settled_on is None]
    context = {"d": found, "charge": name_of(found.charge), "parts": parts, "grounds": [(k, words) for k, (words, _) in GROUNDS.items()],
               "faults": faults, "wrong": dict(faults), "typed": sent}
    return render(request, "collection/write_off.html", context, status=422 if faults else 200)
