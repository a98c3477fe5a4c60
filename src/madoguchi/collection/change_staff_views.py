"""更正 as staff see it: a file is uploaded, looked at as a list of differences, and then taken or dropped."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.web.posted import see_other

from . import selectors
from .charges import charges
from .errors import ChargesWrong, MoneyMoved, SheetWrong
from .rates import RateMissing
from .staff_views import actor_of, name_of, page_of, works, year_typed

SHOWN = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """Files of changes, and the form that reads another."""
    from .change_sheet import COLUMNS
    from .demand_sheet import OPTIONAL

    rows = selectors.change_sheets(actor=actor_of(request), page=page_of(request))
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            return see_other(f"/staff/collection/changes/{_read(request)}/")
        except SheetWrong as wrong:
            faults = wrong.on_page("file")
        except ChargesWrong as wrong:
            faults = [("charge", wrong.ja)]
    context = {"rows": rows, "shown": [(s, name_of(s.form)) for s in rows], "works": works(request), "faults": faults, "typed": request.POST,
               "charges": [(c.key, c.name) for c in charges().all.values()], "columns": COLUMNS, "optional": OPTIONAL,
               "year": request.POST.get("year", "") or fiscal_year(clock.today())}
    return render(request, "collection/changes.html", context, status=422 if faults else 200)


def _read(request: HttpRequest) -> int:
    from .changes import change_read

    sent, year = request.FILES.get("file"), year_typed(request)
    if sent is None:
        raise SheetWrong(["取り込むファイルを選んでください"])
    if year is None:
        raise SheetWrong([f"賦課年度は西暦4桁で入れてください(今は「{request.POST.get('year', '')[:10]}」)"])
    return change_read(actor=actor_of(request), charge=request.POST.get("charge", ""), year=year, data=sent.read(), name=sent.name or "").id


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """What a file will change, or has changed; the yes and the no."""
    from .changes import change_drop, change_show, change_take

    actor, faults, status = actor_of(request), list[tuple[str, str]](), 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "drop":
                change_drop(actor=actor, sheet_id=sheet_id)
                return see_other("/staff/collection/changes/")
            change_take(actor=actor, sheet_id=sheet_id)
            return see_other(f"/staff/collection/changes/{sheet_id}/")
        except SheetWrong as wrong:
            faults, status = wrong.on_page("diff"), 422
        except (MoneyMoved, RateMissing) as wrong:
            faults, status = [("diff", wrong.ja)], wrong.status
    try:
        sheet, diffs = change_show(actor=actor, sheet_id=sheet_id)
    except SheetWrong as wrong:  # what was right when it came is no longer: it can only be dropped
        sheet, diffs, faults = selectors.sheet_get(actor=actor, sheet_id=sheet_id), [], wrong.on_page("diff")
    shown = Paginator(diffs, SHOWN).get_page(page_of(request))
    done = Paginator(selectors.changes_of_sheet(sheet), SHOWN).get_page(page_of(request))
    context = {"s": sheet, "charge": name_of(sheet.form), "year": sheet.counts["year"][0], "works": works(request), "faults": faults,
               "diffs": shown, "done": done, "waits": not done.paginator.count, "demands": sheet.counts["changes"][0],
               "surplus": sum(d.surplus for d in diffs), "may_take": bool(diffs)}
    return render(request, "collection/change.html", context, status=status)
