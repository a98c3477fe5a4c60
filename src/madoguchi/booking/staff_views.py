"""予約 as staff see it: the day, one booking, a booking by telephone. A view parses, calls one service, renders."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed

from . import days, feeds, selectors, services, unreached, waiting
from .contact import contact_of, contact_typed
from .doors import Behind, door_into
from .errors import BookedAlready, BookingNotFound, BookingOver, FormWrong, ServiceNotFound, SlotTaken
from .models import Booking
from .pages import CODE_COOKIE, code_shown, week_context
from .rules import State
from .setup import Service, Setup, setup

WORDS = {State.CONFIRMED: ("予約", "notice"), State.CAME: ("来た", "ok"), State.ABSENT: ("来なかった", "warn"), State.CANCELLED: ("取消し", "")}
TIED_ALREADY = "この番号には、ほかの予約があります。その予約を取り消すか、番号を確かめてください"
CHANNELS = {"online": "インターネット", "staff": "職員"}


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def section_of(request: HttpRequest, typed: str | None = None) -> str:
    """The section of the page: the one asked for, else the first of this person. Raises BookingNotFound."""
    known = selectors.sections_of(actor=actor_of(request))
    wanted = city().doing(typed if typed is not None else request.GET.get("section", ""))
    if not known or (wanted and wanted not in known):
        raise BookingNotFound
    return wanted or known[0]


def frame(request: HttpRequest, section: str) -> dict[str, Any]:
    """What the pages share: this person's sections and which one is shown."""
    section = city().doing(section)  # rows keep the id of one that was taken over
    return {"section": section, "section_name": city().sections[section].name,
            "sections": [(key, city().sections[key].name) for key in selectors.sections_of(actor=actor_of(request))]}


def row_of(booking: Booking, known: Setup) -> dict[str, Any]:
    """A booking as the lists show it. ``known``: the set-up, asked once for a whole list."""
    service, counter = known.services.get(booking.service), known.counters.get(booking.counter)
    words, chip = WORDS[State(booking.state)]
    return {"b": booking, "c": contact_of(booking), "service": service.name if service else booking.service, "counter": counter.name if counter
            else booking.counter, "words": words, "chip": chip, "channel": CHANNELS[booking.channel]}


@login_required
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """The bookings of a day, by counter and time."""
    actor, section = actor_of(request), section_of(request)
    if request.GET.get("number", "").strip():
        found = selectors.staff_booking_by_number(actor=actor, number=request.GET["number"])
        if found is not None:
            return see_other(reverse("staff_booking", kwargs={"booking_id": str(found.id)}))
    at = day_typed(request.GET.get("day", "")) or clock.today()
    known = setup()
    found_rows = selectors.day_list(actor=actor, section=section, day=at)
    shut = {b.id for b in days.shut_out(b for b in found_rows if b.state == State.CONFIRMED)}
    rows = [row_of(b, known) | {"shut": b.id in shut} for b in found_rows]
    counters = {c.key: c.name for c in known.counters.values() if c.section == section}
    keys = [*counters, *sorted({r["b"].counter for r in rows} - set(counters))]
    context = frame(request, section) | {
        "day": at, "before": at - dt.timedelta(days=1), "after": at + dt.timedelta(days=1), "today": clock.today(),
        "groups": [(counters.get(key, key), [r for r in rows if r["b"].counter == key]) for key in keys], "count": len(rows),
        "unreached": [row_of(u.booking, known) | {"said": u.said} for u in unreached.unreached_list(actor=actor, section=section)],
        "unreached_waiting": [(u, known.services[u.row.service].name if u.row.service in known.services else u.row.service)
                              for u in unreached.waiting_unreached(actor=actor, section=section)],
        "missing": request.GET.get("number", "")[:20], "markable": at <= clock.today()}
    return render(request, "booking/day.html", context)


@login_required
@require_safe
def one(request: HttpRequest, booking_id: str) -> HttpResponse:
    """One booking."""
    return _one(request, selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id), "")


def _one(request: HttpRequest, booking: Booking, refused: str, status: int = 200, faults: list[tuple[str, str]] | None = None) -> HttpResponse:
    contact, service = contact_of(booking), setup().services.get(booking.service)
    door = door_into(service) if service is not None else None
    context = frame(request, booking.section) | row_of(booking, setup()) | {
        "door": door, "behind": door.said(actor_of(request), booking.about) if door and booking.about else "", "faults": faults or [],
        "wrong": dict(faults or []), "typed": request.POST if faults else {"name": contact.name},
        "refused": refused, "markable": booking.day <= clock.today() and booking.state != State.CANCELLED,
        "changeable": booking.service in setup().services and services.changeable(booking, staff=True),
        "code": code_shown(request, booking), "renewed": request.GET.get("code") == "new"}
    return render(request, "booking/staff_one.html", context, status=status)


@login_required
@posts("/staff/booking/b/{booking_id}/")
def mark(request: HttpRequest, booking_id: str) -> HttpResponse:
    """The person has come, or has not."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    try:
        services.booking_mark(booking=booking, came=request.POST.get("came") == "yes", by=actor_of(request).actor)
    except BookingOver as over:
        return _one(request, booking, over.ja, over.status)
    if request.POST.get("back") == "day":
        return see_other(f"/staff/booking/?{urlencode({'section': booking.section, 'day': booking.day})}#b{booking.id}")
    return see_other(reverse("staff_booking", kwargs={"booking_id": booking_id}))


@login_required
@posts("/staff/booking/b/{booking_id}/")
def cancel(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Cancel it for the person."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    try:
        services.booking_cancel(booking=booking, by=actor_of(request).actor, staff=True)
    except BookingOver as over:
        return _one(request, booking, over.ja, over.status)
    return see_other(reverse("staff_booking", kwargs={"booking_id": booking_id}))


@login_required
@posts("/staff/booking/b/{booking_id}/")
def code(request: HttpRequest, booking_id: str) -> HttpResponse:
    """A new code for who has lost theirs."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    try:
        return _code_shown(request, booking, services.code_renew(booking=booking, by=actor_of(request).actor), "?code=new")
    except BookingOver as over:
        return _one(request, booking, over.ja, over.status)


@login_required
@posts("/staff/booking/b/{booking_id}/")
def told(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Who had no mail was told by telephone."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    unreached.booking_told(actor=actor_of(request), booking=booking)
    return see_other(f"{reverse('staff_bookings')}?{urlencode({'section': booking.section})}")


@login_required
@posts("/staff/booking/")
def waiting_told(request: HttpRequest, waiting_id: int) -> HttpResponse:
    """Who waits and had no mail was told by telephone; where they want what is held for them, it is booked."""
    actor = actor_of(request)
    row = unreached.waiting_told(actor=actor, waiting_id=waiting_id)
    if request.POST.get("take") != "yes":
        return see_other(f"{reverse('staff_bookings')}?{urlencode({'section': row.section})}")
    made, code = waiting.offer_accept(row=row, by=actor.actor)
    return _code_shown(request, made, code) if code else see_other(reverse("staff_booking", kwargs={"booking_id": str(made.id)}))


def _code_shown(request: HttpRequest, row: Booking, code: str, why: str = "") -> HttpResponse:
    """To the page of the booking, which shows the code once."""
    response = see_other(reverse("staff_booking", kwargs={"booking_id": str(row.id)}) + why)
    response.set_signed_cookie(CODE_COOKIE, code, salt=str(row.id), max_age=600, httponly=True, samesite="Lax", path="/staff/booking/",
                               secure=request.is_secure())
    return response


@login_required
@posts("/staff/booking/b/{booking_id}/")
def tie(request: HttpRequest, booking_id: str) -> HttpResponse:
    """The right number behind a booking, with the name that belongs to it; or none."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    service, name = setup().services.get(booking.service), request.POST.get("name", "").strip()
    try:
        if service is None or door_into(service) is None:
            raise BookingOver("この予約は、番号と結び付けるものではありません。")
        behind = Behind("") if "untie" in request.POST else _behind(request, service)
        if not behind.about and "untie" not in request.POST:
            raise FormWrong([("about", "番号を入力してください。番号がわからないときは「結び付けを外す」を押してください")])
        services.booking_tie(booking=booking, about=behind.about, name=name or behind.name, by=actor_of(request).actor,
                             language=behind.language if behind.about else "")
    except FormWrong as wrong:
        return _one(request, booking, "", wrong.status, wrong.faults)
    except BookedAlready as already:
        return _one(request, booking, "", already.status, [("about", TIED_ALREADY)])
    except BookingOver as over:
        return _one(request, booking, over.ja, over.status)
    return see_other(reverse("staff_booking", kwargs={"booking_id": booking_id}))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Another time for the person."""
    booking = selectors.staff_booking_get(actor=actor_of(request), booking_id=booking_id)
    page = see_other(reverse("staff_booking", kwargs={"booking_id": booking_id}))
    refused, status = "", 200
    if request.method == "POST":
        slot = services.slot_read(request.POST.get("slot", ""))
        try:
            if slot is None:
                raise SlotTaken
            services.booking_change(booking=booking, day=slot[0], start=slot[1], by=actor_of(request).actor, staff=True)
            return page
        except SlotTaken as taken:
            refused, status = taken.ja, taken.status
    service = setup().services.get(booking.service)
    if service is None or not services.changeable(booking, staff=True):
        return page
    context = frame(request, booking.section) | week_context(request, service, staff=True, but=booking) | {"b": booking, "refused": refused}
    return render(request, "booking/staff_week.html", context | {"section": city().doing(booking.section)}, status=status)


def _service(request: HttpRequest, key: str) -> Service:
    found = selectors.service_get(key, staff=True)
    if found.section not in selectors.sections_of(actor=actor_of(request)):
        raise ServiceNotFound
    return found


@login_required
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The services of a section, to book one for somebody."""
    section = section_of(request)
    return render(request, "booking/staff_new.html", frame(request, section) | {
        "rows": [s for s in setup().services.values() if s.section == section]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_booking(request: HttpRequest, service: str) -> HttpResponse:
    """Choose the time, then say who comes."""
    found, faults, refused = _service(request, service), list[tuple[str, str]](), ""
    slot = services.slot_read((request.POST or request.GET).get("slot", ""))
    if request.method == "POST" and slot is not None:
        try:
            behind = _behind(request, found)
            typed = request.POST.dict()
            contact = contact_typed(typed | {"name": typed.get("name", "").strip() or behind.name}, staff=True)
            row, code = services.booking_by_staff(service=found, day=slot[0], start=slot[1], contact=contact, by=actor_of(request).actor,
                                                  about=behind.about, language=behind.language)
        except FormWrong as wrong:
            faults = wrong.faults
        except BookedAlready as already:
            faults = [("about", already.ja)]
        except SlotTaken as taken:
            slot, refused = None, taken.ja
        else:
            return _code_shown(request, row, code)
    shared = frame(request, found.section)
    if slot is None:
        context = shared | week_context(request, found, staff=True) | {"refused": refused, "section": found.section}
        return render(request, "booking/staff_week.html", context, status=409 if refused else 200)
    context = shared | {"s": found, "slot": days.Slot(slot[0], slot[1], 1), "faults": faults, "wrong": dict(faults), "typed": request.POST,
                        "door": door_into(found)}
    return render(request, "booking/staff_form.html", context, status=422 if faults else 200)


def _behind(request: HttpRequest, service: Service) -> Behind:
    """What the booking is for, by its number; nothing where none was typed. Raises FormWrong."""
    door, number = door_into(service), request.POST.get("about", "").strip()[:40]
    if door is None or not number:
        return Behind("")
    try:
        return door.find(actor_of(request), number)
    except DomainError as wrong:
        raise FormWrong([("about", wrong.ja)]) from None


@login_required
@posts("/staff/booking/closures/")
def feed(request: HttpRequest) -> HttpResponse:
    """A new address for the calendars of a section, shown once."""
    from .closure_staff_views import closures_page

    section = request.POST.get("section", "")
    secret = feeds.section_feed_make(actor=actor_of(request), section=section)
    return closures_page(request, section, address=f"{settings.BASE_URL}/booking/feed/{secret}.ics")
