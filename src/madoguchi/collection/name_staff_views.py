"""宛名の変更 as staff see it: a file is uploaded, looked at as a list of what changes, and then taken or dropped."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.web.posted import see_other

from . import selectors
from .errors import MoneyMoved, SheetWrong
from .staff_views import actor_of, page_of, works

SHOWN = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest) -> HttpResponse:
    """Files of 宛名, and the form that reads another."""
    from .name_sheet import COLUMNS
    from .names import TAKEN, name_read

    rows = selectors.name_sheets(actor=actor_of(request), page=page_of(request))
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            if (sent := request.FILES.get("file")) is None:
                raise SheetWrong(["取り込むファイルを選んでください"])
            sheet = name_read(actor=actor_of(request), data=sent.read(), name=sent.name or "")
            return see_other(f"/staff/collection/names/{sheet.id}/")
        except SheetWrong as wrong:
            faults = wrong.on_page("file")
    context = {"rows": rows, "shown": [(s, TAKEN not in s.counts) for s in rows], "works": works(request), "faults": faults, "columns": COLUMNS}
    return render(request, "collection/names.html", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """What a file will change, or that it has; the yes and the no."""
    from .names import TAKEN, Moves, name_drop, name_show, name_take

    actor, faults, status = actor_of(request), list[tuple[str, str]](), 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "drop":
                name_drop(actor=actor, sheet_id=sheet_id)
                return see_other("/staff/collection/names/")
            name_take(actor=actor, sheet_id=sheet_id)
            return see_other(f"/staff/collection/names/{sheet_id}/")
        except SheetWrong as wrong:
            faults, status = wrong.on_page("diff"), 422
        except MoneyMoved as wrong:
            faults, status = [("diff", wrong.ja)], wrong.status
    try:
        sheet, moves = name_show(actor=actor, sheet_id=sheet_id)
    except SheetWrong as wrong:  # what was right when it came is no longer: it can only be dropped
        sheet, moves, faults = selectors.sheet_get(actor=actor, sheet_id=sheet_id), Moves([], [], 0), wrong.on_page("diff")
    context = {"s": sheet, "works": works(request), "faults": faults, "waits": TAKEN not in sheet.counts, "moves": moves,
               "shown": Paginator(moves.moves, SHOWN).get_page(page_of(request)), "taken": sheet.counts.get("demands", [0])[0],
               "unknown": moves.unknown[:SHOWN]}
    return render(request, "collection/name.html", context, status=status)
