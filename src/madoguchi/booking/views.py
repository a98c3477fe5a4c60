"""窓口の予約 as residents see it: find a time, hold it, say who comes, confirm; open it again, change, cancel."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing as tokens
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Owner, business_of, owner_of, person_of, qr_image
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.offices.public import city
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other

from . import admission, days, selectors, services
from .contact import NAME_MOST, contact_of
from .errors import BookedAlready, BookingNotFound, FormWrong, HoldOver, Overlaps, SlotTaken, TooLate, TooManyBookings
from .feeds import booking_ics
from .mails import SAID
from .making import service_of
from .models import Booking
from .pages import CODE_COOKIE, code_shown, places_of, section_of, week_context
from .rules import State
from .setup import Service, setup

View = Callable[..., HttpResponseBase]
PASS_COOKIE, PASS_SECONDS = "mado_k", 7200
STATES = {State.CONFIRMED: say("予約済み"), State.CANCELLED: say("取消し済み"), State.CAME: say("来庁済み"), State.ABSENT: say("終わった予約")}


def passes(request: HttpRequest) -> list[str]:
    """Bookings that this browser holds or opened by number and code: what is pressed there needs no sign-in."""
    try:
        return list(tokens.loads(request.COOKIES.get(PASS_COOKIE, ""), salt="booking-pass", max_age=PASS_SECONDS))
    except tokens.BadSignature:
        return []


def pass_give(request: HttpRequest, response: HttpResponse, booking: Booking) -> None:
    """Let this browser open it for two hours."""
    known = [*[key for key in passes(request) if key != str(booking.id)], str(booking.id)][-8:]
    response.set_cookie(PASS_COOKIE, tokens.dumps(known, salt="booking-pass"), max_age=PASS_SECONDS, httponly=True,
                        secure=settings.SECURE_COOKIES, samesite="Lax")


def code_give(response: HttpResponse, booking: Booking, code: str) -> None:
    """The code, for the page that shows it once."""
    response.set_signed_cookie(CODE_COOKIE, code, salt=str(booking.id), max_age=600, httponly=True, secure=settings.SECURE_COOKIES,
                               samesite="Lax", path="/booking/")


def opens(view: View) -> View:
    """A booking that this browser cannot open: whoever is nobody to us is asked for number and code, whether there is one or not."""
    @functools.wraps(view)
    def inner(request: HttpRequest, booking_id: str, **parts: str) -> HttpResponseBase:
        owner = owner_of(request)
        try:
            booking = selectors.booking_get(owner=owner, booking_id=booking_id, passes=passes(request))
        except BookingNotFound:
            if gone := selectors.hold_gone(booking_id=booking_id, passes=passes(request)):
                return again(gone)
            if owner is not None and owner.signed_in:
                raise
            return see_other(reverse("booking_find"))
        return view(request, booking=booking, **parts)

    return inner


def actor_of(request: HttpRequest) -> str:
    """How who asks appears in the record."""
    owner = owner_of(request)
    return owner.actor if owner is not None and owner.signed_in else "resident:guest"


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What can be booked."""
    groups: dict[str, list[Service]] = {}
    for service in selectors.services_online():
        groups.setdefault(service.section, []).append(service)
    context = {"groups": [(city().sections[key], found) for key, found in groups.items()]}
    return render(request, "booking/services.html", context)


@require_safe
def week(request: HttpRequest, service: str) -> HttpResponse:
    """The days of a service with their free times; one with a door (入口) is first proven there."""
    found = selectors.service_get(service)
    return _week(request, found, "") if admission.open_to(request, found) else see_other(admission.door_of(found))


def _week(request: HttpRequest, service: Service, refused: str, status: int = 200) -> HttpResponse:
    return render(request, "booking/week.html", week_context(request, service) | {"refused": refused, "over": request.GET.get("over")}, status=status)


@posts("/booking/{service}/")
def hold(request: HttpRequest, service: str) -> HttpResponse:
    """Hold a time for ten minutes."""
    found = selectors.service_get(service)
    if not admission.open_to(request, found):
        return see_other(admission.door_of(found))
    slot, owner = services.slot_read(request.POST.get("slot", "")), owner_of(request)
    signed = owner is not None and owner.signed_in
    limits.take("hold", request, owner.key if owner is not None and signed else "")
    try:
        if slot is None:
            raise SlotTaken
        row = services.hold_make(service=found, day=slot[0], start=slot[1], owner=owner.key if owner is not None and signed else "",
                                 language=languages.recorded(), instead=passes(request), about=admission.about(request, found))
    except (SlotTaken, BookedAlready) as taken:
        return _week(request, found, taken.ja, taken.status)
    response = see_other(reverse("booking_details", kwargs={"booking_id": str(row.id)}))
    pass_give(request, response, row)
    return response


def again(booking: Booking) -> HttpResponse:
    """The ten minutes are over: to the days, which say so."""
    return see_other(f"/booking/{booking.service}/?day={booking.day}&over=1")


@opens
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Who comes."""
    if booking.state != State.HELD:
        return see_other(reverse("booking", kwargs={"booking_id": str(booking.id)}))
    if request.method == "POST":
        try:
            services.details_set(booking=booking, form=request.POST.dict())
        except FormWrong as wrong:
            return _details(request, booking, wrong.faults, request.POST.dict())
        except HoldOver:
            return again(booking)
        return see_other(reverse("booking_check", kwargs={"booking_id": str(booking.id)}))
    known = contact_of(booking)
    return _details(request, booking, [], {"name": known.name or _name_of(owner_of(request)), "mail": known.mail, "phone": known.phone})


def _name_of(owner: Owner | None) -> str:
    """Who is signed in, as the counter calls them: of a company its name and whoever comes for it."""
    if company := business_of(owner):
        return f"{company.name} {company.person}"[:NAME_MOST]
    person = person_of(owner) if owner is not None else None
    return person.name if person else ""


def _details(request: HttpRequest, booking: Booking, faults: list[tuple[str, str]], typed: dict[str, Any]) -> HttpResponse:
    service = service_of(booking)
    context = {"b": booking, "s": service, "places": places_of(service), "faults": faults, "wrong": dict(faults), "typed": typed}
    return render(request, "booking/details.html", context, status=422 if faults else 200)


@opens
@posts()
def release(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Give the time back and choose another."""
    services.hold_release(booking=booking)
    return see_other(f"/booking/{booking.service}/?day={booking.day}")


@opens
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Look once more, then it is a booking."""
    page = see_other(reverse("booking", kwargs={"booking_id": str(booking.id)}))
    if booking.state != State.HELD:
        return page
    refused, status = "", 200
    if request.method == "POST":
        try:
            row, code = services.booking_confirm(booking=booking, by=actor_of(request), own=passes(request))
        except (HoldOver, FormWrong):
            return again(booking)
        except (TooManyBookings, BookedAlready) as many:
            refused, status = many.ja, many.status
        else:
            if code:
                code_give(page, row, code)
            return page
    service, known = service_of(booking), contact_of(booking)
    if not known.name:
        return see_other(reverse("booking_details", kwargs={"booking_id": str(booking.id)}))
    context = {"b": booking, "s": service, "places": places_of(service), "c": known, "refused": refused, "section": section_of(service)}
    return render(request, "booking/check.html", context, status=status)


@opens
@require_safe
def one(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A booking: when, where, what to bring, and what can be done with it."""
    if booking.state == State.HELD:
        return see_other(reverse("booking_details", kwargs={"booking_id": str(booking.id)}))
    return _one(request, booking, "")


def _one(request: HttpRequest, booking: Booking, refused: str, status: int = 200) -> HttpResponse:
    service, stands = service_of(booking), booking.state == State.CONFIRMED and booking.starts_at > clock.now()
    context = {"b": booking, "s": service, "shut": say(SAID["shut"]) if stands and days.shut_out([booking]) else "",
               "changed": say(SAID["changed"]) if request.GET.get("done") == "changed" and stands and booking.sequence else "",
               "places": [setup().counters[booking.counter].place] if booking.counter in setup().counters else [],
               "words": STATES[State(booking.state)], "c": contact_of(booking), "section": section_of(service), "refused": refused,
               "changeable": services.changeable(booking), "last": booking.starts_at - dt.timedelta(hours=service.change),
               "code": code_shown(request, booking),
               "qr": qr_image(booking.number.replace("-", "")) if booking.state == State.CONFIRMED else ""}
    return render(request, "booking/booking.html", context, status=status)


@opens
@require_safe
def ics(request: HttpRequest, booking: Booking) -> HttpResponse:
    """For the calendar on the telephone."""
    return HttpResponse(booking_ics(booking), content_type="text/calendar; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="booking-{booking.number}.ics"'})


@opens
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Another time: the days, then a look at old and new, then it is changed."""
    page = see_other(reverse("booking", kwargs={"booking_id": str(booking.id)}))
    if not services.changeable(booking):
        return page
    slot, refused, status = services.slot_read((request.POST or request.GET).get("slot", "")), "", 200
    if request.method == "POST":
        try:
            if slot is None:
                raise SlotTaken
            services.booking_change(booking=booking, day=slot[0], start=slot[1], by=actor_of(request), own=passes(request))
            return see_other(f"{reverse('booking', kwargs={'booking_id': str(booking.id)})}?done=changed")
        except TooLate as late:
            return _one(request, booking, late.ja, late.status)
        except (SlotTaken, Overlaps) as taken:
            refused, status, slot = taken.ja, taken.status, None
    service = service_of(booking)
    if slot is not None and days.places(service, slot[0], slot[1], but=booking):
        context = {"b": booking, "s": service, "new": days.Slot(slot[0], slot[1], 1)}
        return render(request, "booking/change_check.html", context)
    context = week_context(request, service, but=booking) | {"changing": booking, "refused": refused}
    return render(request, "booking/week.html", context, status=status)


@opens
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask once, then give it up."""
    if request.method == "POST":
        try:
            services.booking_cancel(booking=booking, by=actor_of(request))
        except TooLate as late:
            return _one(request, booking, late.ja, late.status)
    elif services.changeable(booking):
        return render(request, "booking/cancel.html", {"b": booking, "s": service_of(booking)})
    return see_other(reverse("booking", kwargs={"booking_id": str(booking.id)}))


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Open a booking by number and code."""
    number, faults = request.POST.get("number", "")[:40], list[tuple[str, str]]()
    if request.method == "POST":
        limits.check("code", request)
        try:
            row = selectors.booking_by_code(number=number, code=request.POST.get("code", "")[:40])
        except FormWrong as wrong:
            limits.spend("code", request)
            faults = wrong.faults
        else:
            response = see_other(reverse("booking", kwargs={"booking_id": str(row.id)}))
            pass_give(request, response, row)
            return response
    context = {"faults": faults, "wrong": dict(faults), "number": number}
    return render(request, "booking/find.html", context, status=422 if faults else 200)


@require_safe
def by_link(request: HttpRequest, link: str) -> HttpResponse:
    """The link of a mail opens the booking that it is about, and no other."""
    limits.take("resume", request)
    row = selectors.booking_linked(link=link)
    response = see_other(reverse("booking", kwargs={"booking_id": str(row.id)}))
    pass_give(request, response, row)
    return response


def to_sign_in(back: str) -> HttpResponse:
    """To the sign-in and back."""
    return see_other(f"{reverse('sign_in')}?why=needed&next={quote(back)}")
