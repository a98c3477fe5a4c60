"""All that leaves by the clock, room by room: for `madoguchi retention --dry-run`. What an entry frees (an account of a company, when its
last draft is gone) is listed the next time."""

from __future__ import annotations

from madoguchi.agency import public as agency
from madoguchi.api import public as api
from madoguchi.booking import public as booking
from madoguchi.builder import public as builder
from madoguchi.cards import public as cards
from madoguchi.casework import public as casework
from madoguchi.counter import public as counter
from madoguchi.guide import public as guide
from madoguchi.identity import public as identity
from madoguchi.intake import public as intake
from madoguchi.inventory import public as inventory
from madoguchi.kernel.leaving import Leaving
from madoguchi.queue import public as queue
from madoguchi.scans import public as scans

# room → what its sweeps take (those of config.management.commands.worker), and the sweeps
ROOMS: dict[str, tuple[Leaving, ...]] = {
    "intake": intake.LEAVING, "counter": counter.LEAVING, "scans": scans.LEAVING, "casework": casework.LEAVING, "agency": agency.LEAVING,
    "booking": booking.LEAVING, "queue": queue.LEAVING, "cards": cards.LEAVING, "guide": guide.LEAVING, "identity": identity.LEAVING,
    "builder": builder.LEAVING, "inventory": inventory.LEAVING, "api": api.LEAVING,
}


def lines() -> list[str]:
    """One line for each row that goes at the next tidying, without the name of a person."""
    return [f"{what.ja} {key}{'(中身だけ)' if what.emptied else ''}" for room in ROOMS.values() for what in room for key in what.ids()]
