"""My bookings, waiting for a full day, and calendars."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Owner, owner_of, person_of
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed

from . import admission, days, feeds, selectors, waiting
from .codes import token_of
from .errors import BookedAlready, BookingNotFound, FormWrong, HoldOver, SlotTaken, TooManyBookings
from .models import Waiting
from .pages import section_of
from .rules import State
from .setup import Service, setup
from .views import STATES, actor_of, code_give, pass_give, to_sign_in

WAITS = {"waiting": say("空きを待っています"), "offered": say("空きが出ました"), "booked": say("予約済み"), "over": say("終わりました")}


def _owner(request: HttpRequest) -> Owner | None:
    owner = owner_of(request)
    return owner if owner is not None and owner.signed_in else None


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The bookings of who is signed in."""
    owner = _owner(request)
    return _mine(request, owner, "") if owner else to_sign_in("/booking/my/")


def _mine(request: HttpRequest, owner: Owner, address: str) -> HttpResponse:
    known = setup().services
    rows = [{"b": b, "s": known[b.service], "words": STATES[State(b.state)]} for b in selectors.booking_list(owner=owner) if b.service in known]
    now = clock.now()
    context = {"coming": [r for r in rows if r["b"].ends_at > now and r["b"].state == State.CONFIRMED],  # type: ignore[attr-defined]
               "past": [r for r in rows if not (r["b"].ends_at > now and r["b"].state == State.CONFIRMED)],  # type: ignore[attr-defined]
               "waits": [{"w": w, "s": known[w.service], "words": WAITS[w.state], "link": token_of(w)}
                         for w in selectors.waiting_list(owner=owner) if w.service in known],
               "feed": feeds.feed_made(owner.key), "address": address}
    return render(request, "booking/mine.html", context)


@posts("/booking/my/")
def feed(request: HttpRequest) -> HttpResponse:
    """Make the address for one's calendar, or stop it."""
    owner = _owner(request)
    if owner is None:
        return to_sign_in("/booking/my/")
    if request.POST.get("act") == "stop":
        feeds.feed_drop(owner=owner)
        return see_other("/booking/my/#feed")
    return _mine(request, owner, f"{settings.BASE_URL}/booking/feed/{feeds.feed_make(owner=owner)}.ics")


@require_safe
def feed_file(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar program reads; the address is the key."""
    limits.check("token", request)
    try:
        data = feeds.feed_read(secret)
    except BookingNotFound:
        limits.spend("token", request)
        raise
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})


@require_http_methods(["GET", "HEAD", "POST"])
def wait(request: HttpRequest, service: str) -> HttpResponse:
    """Wait for a full day."""
    found, day = selectors.service_get(service), day_typed((request.POST or request.GET).get("day", ""))
    if not admission.open_to(request, found):
        return see_other(admission.door_of(found))
    if day is None or not days.days_of(found, day, 1)[0].full:
        return see_other(f"/booking/{found.key}/{f'?day={day}' if day else ''}")
    owner, faults = _owner(request), list[tuple[str, str]]()
    if request.method == "POST":
        limits.take("mail", request, owner.key if owner else "")
        try:
            row = waiting.waiting_join(service=found, day=day, form=request.POST.dict(), by=actor_of(request),
                                       owner=owner.key if owner else "", language=languages.recorded(), about=admission.about(request, found))
            return see_other(_link(row))
        except FormWrong as wrong:
            faults = wrong.faults
        except SlotTaken:
            return see_other(f"/booking/{found.key}/?day={day}")
    person = person_of(owner) if owner else None
    typed: dict[str, Any] = request.POST.dict() if faults else {"name": person.name if person else ""}
    context = {"s": found, "day": day, "faults": faults, "wrong": dict(faults), "typed": typed}
    return render(request, "booking/wait.html", context, status=422 if faults else 200)


def _link(row: Waiting) -> str:
    return reverse("booking_waiting", kwargs={"link": token_of(row)})


def _shown(row: Waiting) -> Service | None:
    return setup().services.get(row.service)


@require_http_methods(["GET", "HEAD", "POST"])
def waits(request: HttpRequest, link: str) -> HttpResponse:
    """Where somebody stands who waits; what is offered can be taken here."""
    row, refused, status = waiting.waiting_open(link), "", 200
    if request.method == "POST" and request.POST.get("act") == "leave":
        waiting.waiting_leave(row=row, by=actor_of(request))
        return see_other(_link(row))
    if request.method == "POST":
        try:
            made, code = waiting.offer_accept(row=row, by=actor_of(request))
        except (HoldOver, TooManyBookings, BookedAlready) as error:
            refused, status = error.ja, error.status
        else:
            page = see_other(reverse("booking", kwargs={"booking_id": str(made.id)}))
            pass_give(request, page, made)
            if code:
                code_give(page, made, code)
            return page
    held, service = row.booking, _shown(row)
    good = row.state == "offered" and held is not None and held.state == State.HELD and held.held_until is not None and held.held_until > clock.now()
    state = "over" if row.state == "offered" and not good else row.state
    context = {"w": row, "s": service, "section": section_of(service) if service else None, "words": WAITS[state], "state": state,
               "b": held if good else None, "refused": refused, "booked": row.booking if row.state == "booked" else None}
    return render(request, "booking/waiting.html", context, status=status)
