"""出張・臨時・休日 as the section sees it: the list, a new one, one with its bookings and its staff."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from madoguchi.booking.public import BookingOver, FormWrong, Occasion, contact_of, hours_words, until_day_of
from madoguchi.identity.public import colleagues
from madoguchi.kernel import clock
from madoguchi.web.posted import posts, see_other

from . import outings, selectors
from .staff_errors import DutyWrong
from .staff_views import actor_of

STATES = {"confirmed": "予約", "cancelled": "取消し", "came": "来た", "absent": "来なかった"}
CHANGEABLE = ("name", "place", "start", "end", "seats", "until", "who", "bring")
DONE = ("told", "silent", "stay", "moved_told", "moved_silent", "off_told", "off_silent", "changed")
FIELDS = ("name", "kind", "for", "place", "day", "start", "end", "seats", "minutes", "until", "who", "bring")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """What is planned, and the form that enters one."""
    actor, faults, typed, ticked = actor_of(request), list[tuple[str, str]](), {"seats": "2", "minutes": "20"}, list[str]()
    section = selectors.insist(actor=actor)
    if request.method == "POST":
        typed, ticked = {key: request.POST.get(key, "") for key in FIELDS}, request.POST.getlist("staff")[:50]
        try:
            row = outings.outing_make(actor=actor, form=typed, staff_ids=ticked)
            return see_other(reverse("card_outing", kwargs={"key": row.key}))
        except FormWrong as wrong:
            faults = wrong.faults
        except DutyWrong as wrong:
            faults = [("staff", wrong.ja)]
    context = {"rows": [(o, hours_words(o.row)) for o in outings.outing_list(actor=actor)], "faults": faults, "wrong": dict(faults), "typed": typed,
               "kinds": outings.KINDS, "fors": outings.FOR, "people": colleagues(section), "ticked": ticked, "today": clock.today()}
    return render(request, "cards/staff_outings.html", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One: who comes, who works there."""
    actor, refused, status = actor_of(request), "", 200
    if request.method == "POST":
        try:
            outings.staff_set(actor=actor, key=key, staff_ids=request.POST.getlist("staff")[:50])
            return see_other(reverse("card_outing", kwargs={"key": key}))
        except DutyWrong as wrong:
            refused, status = wrong.ja, wrong.status
    found, bookings = outings.outing_get(actor=actor, key=key)
    told = {k: int(request.GET[k]) for k in DONE if request.GET.get(k, "").isdecimal() and len(request.GET[k]) < 5}
    context = {"o": found, "row": found.row, "hours": hours_words(found.row), "people": colleagues(found.row.section), "refused": refused,
               "told": told and dict.fromkeys(DONE, 0) | told, "over": found.row.day < clock.today(),
               "for": outings.FOR["receive" if found.row.door else "apply"],
               "bookings": [(b, contact_of(b), STATES.get(b.state, b.state)) for b in bookings]}
    return render(request, "cards/staff_outing.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Another place, other hours or seats: first what it does to the bookings, then it is done."""
    actor, faults, does, refused = actor_of(request), list[tuple[str, str]](), None, ""
    row = outings.outing_get(actor=actor, key=key)[0].row
    typed = {k: request.POST.get(k, "") for k in CHANGEABLE} if request.method == "POST" else _typed(row)
    if request.method == "POST":
        try:
            does = outings.outing_change(actor=actor, key=key, form=typed, dry_run=True)
            if does.quiet or request.POST.get("go") == "yes":
                done = outings.outing_change(actor=actor, key=key, form=typed)
                return see_other(f"{reverse('card_outing', kwargs={'key': key})}?{urlencode({'changed': 1} | asdict(done))}")
        except FormWrong as wrong:
            faults = wrong.faults
        except BookingOver as over:
            refused = over.ja
        if request.POST.get("go") == "back":
            does = None
    context = {"row": row, "hours": hours_words(row), "typed": typed, "faults": faults, "wrong": dict(faults), "does": does, "refused": refused}
    return render(request, "cards/staff_outing_change.html", context, status=409 if refused else 422 if faults else 200)


def _typed(row: Occasion) -> dict[str, str]:
    start, _, end = hours_words(row).partition("〜")
    return {"name": row.name, "place": row.place, "start": start, "end": end, "seats": str(row.seats), "until": str(until_day_of(row)),
            "who": row.who, "bring": row.bring}


@login_required
@posts("/staff/cards/outings/{key}/")
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """It does not take place."""
    told, silent = outings.outing_cancel(actor=actor_of(request), key=key)
    return see_other(f"{reverse('card_outing', kwargs={'key': key})}?told={told}&silent={silent}")
