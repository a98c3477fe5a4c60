"""交付率 as the section sees it: months against target and nation, districts and ages of one, the file that brings them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel.kinds import ours
from madoguchi.web.posted import see_other
from madoguchi.web.typed import day_typed

from . import rates, rating, selectors
from .city import card_city
from .rates import COLUMNS, Count
from .spreadsheet import csv_bytes
from .staff_errors import SheetWrong
from .staff_views import actor_of, file_sent

SHOWN = 60  # of what an import replaced: an address has an end


def csv_of(rows: list[list[str]], name: str) -> HttpResponse:
    """Rows as a file that a spreadsheet reads."""
    return HttpResponse(csv_bytes(rows), content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})


def _bar(count: Count) -> tuple[str, int]:
    rate = count.rate
    return rates.percent(rate), (rate or 0) // 10


def _ways(request: HttpRequest, name: str) -> list[str]:
    """What an import has just replaced or put out, in words: the address says month and way (2026-10.age)."""
    found = (value.partition(".") for value in request.GET.getlist(name)[:SHOWN])
    return [f"{month} {rates.WAYS[way]}" for month, _, way in found if way in rates.WAYS and re.fullmatch(r"20\d\d-\d\d", month)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The months, and one of them by district and age."""
    actor, faults, source = actor_of(request), list[str](), request.POST.get("source", "")
    selectors.insist(actor=actor)
    if request.method == "POST":
        try:
            done = rating.rates_take(actor=actor, data=file_sent(request), source=source)
            told = [("months", str(done.months)), *(("replaced", f"{m:%Y-%m}.{way}") for m, way in done.replaced),
                    *(("dropped", f"{m:%Y-%m}.{way}") for m, way in done.dropped)]
            return see_other(f"{reverse('card_rates')}?{urlencode(told)}")
        except SheetWrong as wrong:
            faults = wrong.faults
    months, city = rating.month_list(actor=actor), card_city()
    wanted = day_typed(f"{request.GET.get('month', '')}-01")
    chosen = next((m for m in months if m.month == wanted), months[0] if months else None)
    lines = rating.lines_of(actor=actor, month=chosen.month) if chosen else []
    rows = [{"m": m, "rate": _bar(m.count), "target": rates.percent(m.target.rate) if m.target else "－",
             "away": rates.points((m.count.rate or 0) - m.target.rate) if m.target else "－",
             "national": rates.percent(m.national.rate) if m.national else "－"} for m in months]
    groups = [("地区", rates.by_district(lines)), ("年齢", rates.by_age(lines))]
    brought = request.GET.get("months", "")
    context = {"rows": rows, "chosen": chosen, "groups": [(name, [(key, c, _bar(c)) for key, c in found.items()]) for name, found in groups],
               "known": [(name, m, rates.percent(m.rate)) for name, marks in (
                   ("目標", city.targets), ("全国", rating.national()), (ours("この市"), city.ours)) for m in marks],
               "apart": rates.apart(chosen.month, lines) if chosen else "",
               "replaced": _ways(request, "replaced"), "dropped": _ways(request, "dropped"),
               "faults": [("file", f) for f in faults], "source": source, "columns": COLUMNS,
               "done": brought if brought.isdecimal() and len(brought) < 4 else ""}
    return render(request, "cards/staff_rates.html", context, status=422 if faults else 200)


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV, with a mark of byte order so that spreadsheets read it as UTF-8."""
    return csv_of(rating.table(actor=actor_of(request)), "card_rates.csv")
