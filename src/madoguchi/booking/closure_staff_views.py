"""Times that staff close, with what they hit; and the address of the section's calendar."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.kernel import clock
from madoguchi.web.posted import posts, see_other

from . import closures, feeds, selectors
from .errors import FormWrong
from .models import Closure
from .setup import Setup, setup
from .staff_views import actor_of, frame, row_of, section_of

SHUT_MOST = 50  # on the page; the days that come are the ones to telephone about


def _row(row: Closure, known: Setup) -> dict[str, Any]:
    counter = known.counters.get(row.counter)
    open_still = row.ended_at is None and row.last >= clock.today()
    return {"c": row, "counter": (counter.name if counter else row.counter) or "課のすべての窓口", "open": open_still,
            "hours": closures.span_words(row),
            "seats": f"{row.seats}席を減らす" if row.seats else "すべて止める"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What is closed, and the form that closes a time."""
    if request.method != "POST":
        return closures_page(request, section_of(request))
    section, post = section_of(request, request.POST.get("section", "")), request.POST
    typed = closures.Typed(*(post.get(name, "")[:200] for name in ("counter", "first", "last", "start", "end", "seats", "reason")))
    try:
        row, _, told, moved = closures.closure_make(actor=actor_of(request), section=section, typed=typed, tell=post.get("tell") == "yes")
    except FormWrong as wrong:
        return closures_page(request, section, wrong.faults)
    asked = [("told", str(told)), *(("moved", str(b.id)) for b in moved[:SHUT_MOST])]
    return see_other(f"/staff/booking/closures/{row.id}/?{urlencode(asked)}")


def closures_page(request: HttpRequest, section: str, faults: list[tuple[str, str]] | None = None, address: str = "") -> HttpResponse:
    """The page, with what was wrong or with the new address of the calendar."""
    known = setup()
    rows = selectors.closure_list(actor=actor_of(request), section=section)
    context = frame(request, section) | {
        "rows": [_row(r, known) for r in rows], "faults": faults or [],
        "wrong": dict(faults or []), "typed": request.POST if faults else {"tell": "yes"},
        "counters": [c for c in known.counters.values() if c.section == section], "feed": feeds.feed_made(f"s:{section}"),
        "address": address, "today": clock.today(), "shut": [row_of(b, known) for b in closures.shut_out(section)[:SHUT_MOST]]}
    return render(request, "booking/closures.html", context, status=422 if faults else 200)


@login_required
@require_safe
def one(request: HttpRequest, closure_id: int) -> HttpResponse:
    """One closure, and the bookings that it hits."""
    row = selectors.closure_get(actor=actor_of(request), closure_id=closure_id)
    known = setup()
    hit = [row_of(b, known) for b in closures.hits(row)] if row.ended_at is None else []
    told = request.GET.get("told", "")
    moved = [row_of(b, known) for b in selectors.bookings_named(row.section, request.GET.getlist("moved")[:SHUT_MOST])]
    context = frame(request, row.section) | {
        "moved": moved, "r": _row(row, known), "hits": hit, "told": int(told) if told.isdecimal() and len(told) < 5 else None}
    return render(request, "booking/closure.html", context)


@login_required
@posts("/staff/booking/closures/{closure_id}/")
def end(request: HttpRequest, closure_id: int) -> HttpResponse:
    """Open the time again."""
    closures.closure_end(actor=actor_of(request), closure_id=closure_id)
    return see_other(f"/staff/booking/closures/{closure_id}/")
