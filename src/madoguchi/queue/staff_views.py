"""番号札 as staff see it: the section, one counter, the devices. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.booking.public import Booking, BookingOver, setup, staff_booking_by_number
from madoguchi.identity.public import Staff
from madoguchi.offices.public import city as our_city
from madoguchi.web import said_days
from madoguchi.web.posted import posts, see_other

from . import city, figures, kiosks, lines, selectors, services
from .errors import BookingUnknown
from .models import Desk, Ticket
from .pages import paper
from .rules import Act, State
from .staff_errors import DeskBusy, DeskNotFound, NameMissing, NobodyWaits, TicketMoved

WORDS = {State.WAITING: "待っている", State.CALLED: "呼んだ", State.HELD: "保留", State.ABSENT: "不在", State.DONE: "終わった",
         State.CANCELLED: "取消し"}
CHANNELS = {"kiosk": "端末", "staff": "職員"}


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def section_of(request: HttpRequest, typed: str) -> str:
    """The section of the page: the one asked for, else the first of this person. Raises DeskNotFound."""
    known = selectors.sections_of(actor=actor_of(request))
    if not known or (typed and typed not in known):
        raise DeskNotFound
    return typed or known[0]


def frame(request: HttpRequest, section: str) -> dict[str, Any]:
    """What the pages share."""
    return {"section": section, "section_name": our_city().sections[section].name,
            "sections": [(key, our_city().sections[key].name) for key in selectors.sections_of(actor=actor_of(request))]}


def row_of(ticket: Ticket) -> dict[str, Any]:
    """A ticket as the lists show it."""
    service = city.service_of(ticket.service)
    return {"t": ticket, "service": service.name if service else ticket.service, "words": WORDS[State(ticket.state)],
            "channel": CHANNELS.get(ticket.channel, ticket.channel), "place": city.seat_name(ticket.counter, ticket.seat)}


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The section: its counters, who waits, today's and earlier figures."""
    return _overview(request, section_of(request, request.GET.get("section", "")))


def _overview(request: HttpRequest, section: str, refused: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    open_ = {(d.counter, d.seat): d for d in Desk.objects.filter(section=section, day=city.today(), open=True)}
    seats = [{"counter": c, "seat": seat, "name": city.seat_name(c.key, seat), "open": open_.get((c.key, seat)),
              "called": selectors.called_at(c.key, seat)} for c in city.counters_of(section) for seat in range(c.seats)]
    names = {key: s.name for key, s in setup().services.items()}
    context = frame(request, section) | {
        "seats": seats, "halls": lines.halls(section), "services": city.queued(section), "refused": refused, "typed": typed,
        "faults": [("number", refused)] if refused else [],
        "live": f"{reverse('queue_events')}?section={section}",
        "today": [(names.get(key, key), found) for key, found in figures.today(actor=actor_of(request), section=section)],
        "days": [(names.get(f.service, f.service), f) for f in selectors.figure_list(actor=actor_of(request), section=section)]}
    return render(request, "queue/staff_overview.html", context, status=status)


@login_required
@posts("/staff/queue/")
def take(request: HttpRequest) -> HttpResponse:
    """Hand somebody a ticket, or check in a booking by its number."""
    actor, number = actor_of(request), request.POST.get("number", "")[:20]
    try:
        if "number" in request.POST:
            section = section_of(request, request.POST.get("section", ""))
            row = services.check_in(number=number, sections=[section], by=actor.actor, channel="staff")
            if isinstance(row, Booking):  # no ticket: its page says where to go
                return see_other(reverse("staff_booking", kwargs={"booking_id": str(row.id)}))
        else:
            row = services.staff_ticket_take(actor=actor, key=request.POST.get("service", ""))
    except (BookingUnknown, BookingOver) as wrong:
        return _overview(request, section, _elsewhere(actor, number) or wrong.ja, number, 422)
    return see_other(reverse("staff_queue_ticket", kwargs={"ticket_id": str(row.id)}))


def _elsewhere(actor: Staff, number: str) -> str:
    """For what, when and where a booking is that cannot be checked in here: people come on a wrong day or to a wrong counter."""
    row = staff_booking_by_number(actor=actor, number=number)
    if row is None:
        return ""
    known = setup()
    service, counter = known.services.get(row.service), known.counters.get(row.counter)
    return f"{row.number}は、{said_days.day(row.day)} {row.at}の予約({service.name if service else row.service}、" \
           f"{counter.name if counter else row.counter})です。日と窓口を確かめてください。"


@login_required
@require_safe
def ticket(request: HttpRequest, ticket_id: str) -> HttpResponse:
    """A ticket to be printed for somebody."""
    row = selectors.staff_ticket_get(actor=actor_of(request), ticket_id=ticket_id)
    section = row.section if row.section in selectors.sections_of(actor=actor_of(request)) else (row.before or {})["section"]
    return render(request, "queue/staff_ticket.html", frame(request, section) | row_of(row) | {"p": paper(row)})


@login_required
@require_safe
def desk(request: HttpRequest, counter: str, seat: int) -> HttpResponse:
    """A counter: who is called there, who is next."""
    return _desk(request, counter, seat, "")


def _desk(request: HttpRequest, counter: str, seat: int, refused: str, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    found = selectors.desk_get(actor=actor, counter=counter, seat=seat)
    own = [s for s in city.queued(found.section) if counter in s.counters]
    current = selectors.called_at(counter, seat)
    context = frame(request, found.section) | {
        "counter": found, "seat": seat, "name": city.seat_name(counter, seat), "refused": refused,
        "open": Desk.objects.filter(counter=counter, seat=seat, day=city.today(), open=True).exists(),
        "current": row_of(current) if current else None, "line": [row_of(row) for row in lines.waiting_of([s.key for s in own])],
        "aside": [row_of(row) for row in selectors.put_aside(found.section)], "done": [row_of(row) for row in selectors.just_done(counter, seat)],
        "others": city.queued(), "live": f"{reverse('queue_events')}?section={found.section}"}
    return render(request, "queue/staff_desk.html", context, status=status)


@login_required
@posts("/staff/queue/desk/{counter}/{seat}/")
def press(request: HttpRequest, counter: str, seat: int) -> HttpResponse:
    """A button of the counter's page."""
    try:
        _pressed(actor_of(request), counter, seat, request.POST.dict())
    except (TicketMoved, DeskBusy, NobodyWaits) as wrong:
        return _desk(request, counter, seat, wrong.ja, wrong.status)
    return see_other(reverse("staff_desk", kwargs={"counter": counter, "seat": seat}))


def _pressed(actor: Staff, counter: str, seat: int, form: dict[str, str]) -> None:
    what, ticket_id = form.get("act", ""), form.get("ticket", "")
    seen = form.get("revision", "")
    revision = int(seen) if seen.isdecimal() and len(seen) < 10 else -1
    if what in ("open", "close"):
        services.desk_set(actor=actor, counter=counter, seat=seat, open_=what == "open")
    elif what == "next":
        services.ticket_next(actor=actor, counter=counter, seat=seat, seen=ticket_id)
    elif what == "undo":
        services.ticket_undo(actor=actor, ticket_id=ticket_id, revision=revision)
    elif what == "move":
        services.ticket_move(actor=actor, ticket_id=ticket_id, revision=revision, to=form.get("to", ""))
    elif what in set(Act):
        services.ticket_act(actor=actor, ticket_id=ticket_id, act=Act(what), revision=revision, counter=counter, seat=seat)
    else:
        raise TicketMoved


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """The devices of a section; a new one shows its address once."""
    section = section_of(request, (request.POST or request.GET).get("section", ""))
    address, faults = "", list[tuple[str, str]]()
    if request.method == "POST":
        try:
            _, secret = kiosks.kiosk_make(actor=actor_of(request), section=section, name=request.POST.get("name", ""),
                                          everywhere=request.POST.get("everywhere") == "yes")
            address = settings.BASE_URL + reverse("queue_kiosk", kwargs={"secret": secret})
        except NameMissing as wrong:
            faults = [("name", wrong.ja)]
    return render(request, "queue/staff_kiosks.html", frame(request, section) | {
        "rows": selectors.kiosk_list(actor=actor_of(request), section=section), "address": address, "faults": faults, "wrong": dict(faults),
        "typed": request.POST if faults else {}, "board": settings.BASE_URL + reverse("queue_board_section", kwargs={"section": section})},
        status=422 if faults else 200)


@login_required
@posts("/staff/queue/kiosks/")
def device_end(request: HttpRequest, kiosk_id: int) -> HttpResponse:
    """It gives no more tickets."""
    row = kiosks.kiosk_end(actor=actor_of(request), kiosk_id=kiosk_id)
    return see_other(f"{reverse('staff_kiosks')}?{urlencode({'section': our_city().doing(row.section)})}")
