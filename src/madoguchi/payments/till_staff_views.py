"""The cash box as staff see it: count and close, the day's sheet, taking over. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel.errors import DomainError
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import number_typed, page_typed

from . import till as tills
from .errors import CountWrong, SecondPersonNeeded, TillMoved
from .rules import BRANDS, DENOMINATIONS
from .terminals import NOTHING, seen

WRONG_COUNT = "枚数は、0から99,999までの数字で入れてください。"


def staff_words(actor: str) -> str:
    """Staff go by their number, as in the history of a case."""
    return f"職員 {actor.partition(':')[2]}" if actor else ""


@login_required
@require_safe
def till(request: HttpRequest, section: str) -> HttpResponse:
    """What should be in the box, the form to count it, the closes before."""
    return _page(request, section, [])


def _page(request: HttpRequest, section: str, faults: list[tuple[str, str]], status: int = 422) -> HttpResponse:
    actor = cast(Staff, request.user)
    now = tills.till_now(actor=actor, section=section)
    closes = tills.close_list(actor=actor, section=section, page=page_typed(request.GET.get("page", "1")))
    context = {"till": now, "closes": closes, "kinds": [(kind, f"n{kind}") for kind in DENOMINATIONS],
               "slips": tills.till_slips(actor=actor, section=section), "waiting": tills.till_waiting(actor=actor, section=section),
               "works": actor.may(Right.WORK_CASES, section), "faults": faults, "wrong": dict(faults), "typed": request.POST,
               "section": city().sections[section].name, "who": staff_words, "seen": seen(now.terminals), "brands": BRANDS}
    return render(request, "payments/till.html", context, status=status if faults else 200)


def _count(request: HttpRequest) -> tills.Count:
    """What was typed; nothing typed is none. Raises CountWrong."""
    sent = request.POST
    counts = {kind: number_typed(sent.get(f"n{kind}", "").strip() or "0") for kind in DENOMINATIONS}
    wrong = [(f"n{kind}", WRONG_COUNT) for kind, n in counts.items() if not 0 <= n <= 99_999]
    if wrong:
        raise CountWrong(wrong)
    seen = sent.get("seen", "")
    return tills.Count(counts, number_typed(sent.get("kept", "")), sent.get("reason", ""), number_typed(sent.get("number", "")),
                       -number_typed(seen[1:]) if seen.startswith("-") else number_typed(seen), sent.get("terminals", NOTHING))


@login_required
@posts("/staff/payments/till/{section}/")
def close(request: HttpRequest, section: str) -> HttpResponse:
    """Close the box; then its sheet."""
    try:
        row = tills.till_close(actor=cast(Staff, request.user), section=section, count=_count(request))
    except CountWrong as wrong:
        return _page(request, section, wrong.faults)
    except TillMoved as moved:
        return _page(request, section, [("n10000", moved.ja)], moved.status)
    return _to(str(row.id))


def _to(close_id: str) -> HttpResponseRedirect:
    return see_other(f"/staff/payments/closes/{close_id}/")


@login_required
@require_safe
def day_sheet(request: HttpRequest, close_id: str) -> HttpResponse:
    """日締表, to be printed and stamped."""
    return _sheet(request, close_id, [])


def _sheet(request: HttpRequest, close_id: str, faults: list[tuple[str, str]], status: int = 422) -> HttpResponse:
    actor = cast(Staff, request.user)
    row = tills.close_get(actor=actor, close_id=close_id)
    counts = [(kind, n, kind * n) for kind in DENOMINATIONS if (n := row.counts.get(str(kind), 0))]
    last = tills.close_is_last(row)
    context: dict[str, Any] = {
        "row": row, "counts": counts, "section": city().sections[row.section].name, "faults": faults, "wrong": dict(faults),
        "may_accept": actor.may(Right.WORK_CASES, row.section) and last and not row.accepted_by and row.closed_by != actor.actor, "last": last,
        "typed": request.POST, "slips": tills.till_slips(actor=actor, section=row.section, close=row), "who": staff_words, "brands": BRANDS}
    return render(request, "payments/day_sheet.html", context, status=status if faults else 200)


@login_required
@posts("/staff/payments/closes/{close_id}/")
def take_over(request: HttpRequest, close_id: str) -> HttpResponse:
    """The next person answers for what was left."""
    try:
        tills.till_take_over(actor=cast(Staff, request.user), close_id=close_id, amount=number_typed(request.POST.get("amount", "")))
    except CountWrong as wrong:
        return _sheet(request, close_id, wrong.faults)
    except (SecondPersonNeeded, TillMoved) as refused:
        return _sheet(request, close_id, [("main", cast(DomainError, refused).ja)], cast(DomainError, refused).status)
    return _to(close_id)
