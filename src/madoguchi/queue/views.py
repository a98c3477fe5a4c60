"""番号札 as residents see it: the board, how crowded it is, one ticket, the device at the entrance."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.booking.public import Booking, BookingOver, setup
from madoguchi.kernel import clock
from madoguchi.kernel.said import Said
from madoguchi.offices.public import city as our_city
from madoguchi.web import limits
from madoguchi.web.live import Live
from madoguchi.web.posted import posts, see_other

from . import city, lines, selectors, services
from .errors import BookingUnknown, QueueClosed, TicketCalled, TicketNotFound
from .models import Kiosk, Ticket
from .pages import about, paper
from .rules import State

RETRY, SLOW = 3000, 10_000  # milliseconds until an EventSource asks again: of the few screens of the city hall, of many telephones


def _groups(section: str = "") -> list[tuple[Any, lines.Hall]]:
    return [(our_city().sections[hall.section], hall) for hall in lines.halls(section)]


@require_safe
def crowd(request: HttpRequest) -> HttpResponse:
    """How crowded the counters are (窓口の混みぐあい)."""
    return render(request, "queue/crowd.html", {"groups": _groups(), "now": clock.now(), "live": f"{reverse('queue_events')}?pace=slow"})


@require_safe
def board(request: HttpRequest, section: str = "") -> HttpResponse:
    """The board in the waiting room, of one section or of all."""
    section = our_city().doing(section)
    if section and section not in city.sections():
        raise TicketNotFound
    live = reverse("queue_events") + (f"?section={section}" if section else "")
    return render(request, "queue/board.html", {"groups": _groups(section), "now": clock.now(), "live": live})


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Has anything changed? To an EventSource: the number of the last act and the minute, and when to ask again should the stream end. No
    thread is held."""
    section = our_city().doing(request.GET.get("section", ""))
    section = section if section in city.sections() else ""
    retry = SLOW if request.GET.get("pace") == "slow" else RETRY
    return Live(lambda: event_of(section, retry), key=f"queue:{section}:{retry}")


def event_of(section: str, retry: int) -> str:
    """The state of a section as one event."""
    mark = f"{lines.beat(section)}-{clock.now():%H%M}"
    return f"retry: {retry}\nid: {mark}\ndata: {mark}\n\n"


@require_safe
def ticket(request: HttpRequest, ticket_id: str) -> HttpResponse:
    """One ticket, on its holder's telephone."""
    return _ticket(request, selectors.ticket_get(ticket_id), "")


def _ticket(request: HttpRequest, row: Ticket, refused: str, status: int = 200) -> HttpResponse:
    over = row.day != city.today()
    standing = lines.standing(row) if row.state == State.WAITING and not over else None
    return render(request, "queue/ticket.html", about(row) | {"standing": standing, "over": over, "refused": refused, "now": clock.now(),
                  "live": "" if over or row.state in (State.DONE, State.CANCELLED) else f"{reverse('queue_events')}?section={row.section}&pace=slow"},
                  status=status)


@posts("/queue/t/{ticket_id}/")
def cancel(request: HttpRequest, ticket_id: str) -> HttpResponse:
    """Give it up."""
    row = selectors.ticket_get(ticket_id)
    try:
        services.ticket_cancel(ticket=row, by=services.BY_DEVICE)
    except TicketCalled as called:
        return _ticket(request, selectors.ticket_get(ticket_id), called.ja, called.status)
    return see_other(reverse("queue_ticket", kwargs={"ticket_id": ticket_id}))


@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest, secret: str) -> HttpResponse:
    """The device at the entrance: a button for each service, and who has a booking says its number."""
    device = selectors.kiosk_by_secret(secret)
    refused, typed = "", request.POST.get("number", "")[:20]
    if request.method == "POST":
        limits.take("ticket", request, f"kiosk:{device.id}")
        try:
            if "number" in request.POST:
                row = services.check_in(number=typed, sections=selectors.checking_in(device), by=services.BY_DEVICE, channel="kiosk")
                if isinstance(row, Booking):
                    return see_other(f"{reverse('queue_kiosk', kwargs={'secret': secret})}?came={row.id}")
            else:
                row = services.ticket_take(kiosk=device, key=request.POST.get("service", ""))
            return see_other(reverse("queue_kiosk_ticket", kwargs={"secret": secret, "ticket_id": str(row.id)}))
        except (BookingUnknown, BookingOver, QueueClosed) as wrong:
            refused = wrong.ja
    wanted = selectors.kiosk_sections(device)
    groups = [(section, hall) for section, hall in _groups() if hall.section in wanted]
    live = reverse("queue_events") + ("" if device.everywhere else f"?section={device.section}")
    return render(request, "queue/kiosk.html", {"groups": groups, "live": live, "secret": secret, "refused": refused,
                  "typed": typed if refused else "", "came": _came(device, request.GET.get("came", "")),
                  "faults": [("number", refused)] if refused else []}, status=422 if refused else 200)


def _came(device: Kiosk, booking_id: str) -> dict[str, Any] | None:
    """Who has come without needing a ticket: their number and time, and where they go."""
    row = selectors.came_get(sections=selectors.checking_in(device), booking_id=booking_id) if booking_id else None
    if row is None:
        return None
    place = setup().counters.get(row.counter)
    return {"b": row, "name": Said(place.name) if place else "", "place": Said(place.place) if place else ""}


@require_safe
def kiosk_ticket(request: HttpRequest, secret: str, ticket_id: str) -> HttpResponse:
    """A ticket that the device has just given: to print, or to take along by its QR code. The device goes back by itself."""
    selectors.kiosk_by_secret(secret)
    row = selectors.ticket_get(ticket_id)
    return render(request, "queue/paper.html", paper(row) | {"back": reverse("queue_kiosk", kwargs={"secret": secret})})
