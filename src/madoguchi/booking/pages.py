"""What pages of residents and of staff show alike: the days of a service, where it is, who answers the telephone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from madoguchi.kernel import clock
from madoguchi.kernel.said import Said
from madoguchi.offices.public import city
from madoguchi.web.typed import day_typed

from . import days
from .models import Booking
from .rules import State
from .setup import Service, setup

WEEK, CODE_COOKIE = 7, "mado_kc"


def code_shown(request: HttpRequest, booking: Booking) -> str:
    """The code of what was booked a moment ago, for the browser that did; none once it is cancelled or over."""
    if booking.state != State.CONFIRMED:
        return ""
    return str(request.get_signed_cookie(CODE_COOKIE, "", salt=str(booking.id), max_age=600))


def section_of(service: Service) -> Any:
    """The section that answers the telephone."""
    return city().sections[service.section]


def places_of(service: Service) -> list[str]:
    """Where one goes."""
    known = setup().counters
    return sorted({Said(known[key].place) for key in service.counters})


def week_context(request: HttpRequest, service: Service, *, staff: bool = False, but: Booking | None = None) -> dict[str, Any]:
    """The days of a page: from the one asked for, else from the first one with a free time."""
    today = clock.today()
    _, farthest = days.bounds(service, staff=staff)
    asked = day_typed(request.GET.get("day", ""))
    first = min(max(asked, today), farthest) if asked else days.next_free(service, today, staff=staff, but=but) or today
    rows = days.days_of(service, first, min(WEEK, (farthest - first).days + 1), staff=staff, but=but)
    later = rows[-1].day + dt.timedelta(days=1)
    free = None if any(row.slots for row in rows) or later > farthest else days.next_free(service, later, staff=staff, but=but)
    return {"s": service, "section": section_of(service), "places": places_of(service), "rows": rows, "first": first,
            "before": max(first - dt.timedelta(days=WEEK), today) if first > today else None, "later": later if later <= farthest else None,
            "free": free, "tel": section_of(service).phone}
