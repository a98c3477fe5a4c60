"""統計: figures of a section by procedure and month, and as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from . import rules, selectors

ROWS = 40  # procedures on a page


def _wanted(request: HttpRequest) -> tuple[str, rules.Period, int]:
    """(section, period, its length) as asked for, else three months up to this one."""
    this = clock.today().replace(day=1)
    oldest = rules.month_before(this, rules.BACK - 1)
    span = request.GET.get("span", "")
    length = int(span) if span in {str(s) for s in rules.SPANS} else 3
    try:
        last = dt.date.fromisoformat(f"{request.GET.get('to', '')}-01")
    except ValueError:
        last = this
    return request.GET.get("section", ""), rules.period(min(max(last, oldest), this), length), length


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The page."""
    section, chosen, span = _wanted(request)
    actor = cast(Staff, request.user)
    this = clock.today().replace(day=1)
    found = selectors.figures(actor=actor, section=section, chosen=chosen)
    page = Paginator(sorted(found.rows, key=lambda r: r.line.still), ROWS).get_page(request.GET.get("page", "1"))
    context: dict[str, Any] = {
        "f": found, "rows": page, "sections": selectors.sections_seen(actor=actor),
        "section": section, "span": span, "spans": rules.SPANS, "fewest": rules.FEWEST,
        "months": [rules.month_before(this, n) for n in range(rules.BACK)],
        "query": f"section={section}&to={chosen.last:%Y-%m}&span={span}",
    }
    return render(request, "figures/overview.html", context)


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV, with a mark of byte order so that spreadsheets read it as UTF-8."""
    found, months = _found(request)
    response = HttpResponse(_csv(selectors.table(found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="procedure_statistics_{months}.csv"'
    return response


@login_required
@require_safe
def left_csv(request: HttpRequest) -> HttpResponse:
    """Where drafts were left, as CSV: one line for each section, procedure and page."""
    found, months = _found(request)
    response = HttpResponse(_csv(selectors.left_table(found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="left_drafts_{months}.csv"'
    return response


def _found(request: HttpRequest) -> tuple[selectors.Figures, str]:
    section, chosen, _ = _wanted(request)
    return selectors.figures(actor=cast(Staff, request.user), section=section, chosen=chosen), f"{chosen.first:%Y%m}_{chosen.last:%Y%m}"


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
