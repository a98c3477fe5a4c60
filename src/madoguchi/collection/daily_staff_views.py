"""収納日計表 as staff and the treasury see it: a page, and a CSV."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.web.typed import day_typed

from . import daily
from .access import may_read
from .rules import account_words
from .staff_views import actor_of


def _days(request: HttpRequest) -> tuple[dt.date, dt.date]:
    return daily.days_asked(day_typed(request.GET.get("since", "")), day_typed(request.GET.get("until", "")))


@login_required
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """The sums of some days; today without a choice."""
    since, until = _days(request)
    found = daily.daily_get(actor=actor_of(request), since=since, until=until)
    fees = [(row, daily.section_words(row.section), daily.means_words(row.means)) for row in found.fees]
    context = {"d": found, "fees": fees, "accounts": [(account_words(a), yen) for a, yen in found.accounts.items()],
               "tabs": may_read(actor_of(request)), "longest": daily.LONGEST.days}
    return render(request, "collection/daily.html", context)


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    since, until = _days(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="daily-{since}-{until}.csv"'})
    response.write(daily.daily_sheet(actor=actor_of(request), since=since, until=until))
    return response
