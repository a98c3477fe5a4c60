from __future__ import annotations

from typing import Any

from madoguchi.queue import services
from madoguchi.queue.city import service_of
from madoguchi.queue.models import Ticket
from madoguchi.queue.rules import Act


def taken(service: str = "tax") -> Ticket:
    """A ticket from a device."""
    found = service_of(service)
    assert found is not None
    return services.ticket_issue(service=found, by=services.BY_DEVICE, channel="kiosk")


def called(actor: Any, counter: str = "zeimu", seat: int = 0, seen: str = "") -> Ticket:
    """The next one of a counter."""
    return services.ticket_next(actor=actor, counter=counter, seat=seat, seen=seen)


def acted(actor: Any, ticket: Ticket, act: Act, counter: str = "zeimu", seat: int = 0) -> Ticket:
    """One act on a ticket as it stands."""
    row = Ticket.objects.get(id=ticket.id)
    return services.ticket_act(actor=actor, ticket_id=str(row.id), act=act, revision=row.revision, counter=counter, seat=seat)
