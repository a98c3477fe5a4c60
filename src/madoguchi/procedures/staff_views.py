"""見つからなかった言葉, for the digital office."""

from __future__ import annotations

import csv
import io
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from . import searches


def _span(request: HttpRequest) -> str:
    asked = request.GET.get("days", "90")
    return asked if asked in searches.SPANS else "90"


@login_required
@require_safe
def searched_words(request: HttpRequest) -> HttpResponse:
    """The words, most often first."""
    days = _span(request)
    found = searches.searches(actor=cast(Staff, request.user), days=int(days))
    return render(request, "procedures/searches.html", {
        "s": found, "days": days, "spans": searches.SPANS, "lines": [searches.line_of(w.words) for w in found.rows if not w.finds_now][:20]})


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The words as CSV, with a mark of byte order so that spreadsheets read it as UTF-8."""
    found, out = searches.searches(actor=cast(Staff, request.user), days=int(_span(request))), io.StringIO()
    write = csv.writer(out)
    write.writerow(("言葉", "見つからなかった回数", "見つかった回数", "最後にさがされた日", "いまさがすと"))
    for w in found.rows:
        safe = f"'{w.words}" if w.words[0] in "=+-@" else w.words  # a spreadsheet would run it
        write.writerow((safe, w.missed, w.found, w.last.isoformat(), "見つかる" if w.finds_now else "見つからない"))
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="searches_{clock.today():%Y%m%d}.csv"'
    return response
