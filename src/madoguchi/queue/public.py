"""Door: what the worker and the wiring need, and a ticket for the rooms above."""

from .city import seat_name
from .going import LEAVING
from .keeping import queue_sweep
from .selectors import staff_ticket_get
from .witness import witness

__all__ = ["LEAVING", "queue_sweep", "seat_name", "staff_ticket_get", "witness"]
