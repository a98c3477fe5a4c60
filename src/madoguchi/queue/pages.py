"""What pages of residents and of staff show alike: a ticket, and the ticket as it is printed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from madoguchi.identity.public import qr_image

from . import city, lines
from .models import Ticket
from .rules import State


def about(row: Ticket) -> dict[str, Any]:
    """What every picture of a ticket says."""
    return {"t": row, "service": city.service_of(row.service), "place": city.seat_name(row.counter, row.seat)}


def paper(row: Ticket) -> dict[str, Any]:
    """A ticket to be printed."""
    url = settings.BASE_URL + reverse("queue_ticket", kwargs={"ticket_id": str(row.id)})
    return about(row) | {"qr": qr_image(url), "standing": lines.standing(row) if row.state == State.WAITING else None}
