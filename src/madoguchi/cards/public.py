"""Door: sweeps for the worker, the sealed columns for the wiring."""

from . import expiries, holder
from .expiries import expiries_sweep, expiries_tell, expiries_untold
from .going import LEAVING
from .keeping import bookings_finish, duties_sweep, stock_sweep
from .rules import DOOR
from .selectors import card_for_booking, card_said
from .trial import trial_cards
from .witness import witness

SEALED = (*holder.SEALED, *expiries.SEALED)

__all__ = [
    "LEAVING",
    "DOOR", "SEALED", "bookings_finish", "card_for_booking", "card_said", "duties_sweep", "expiries_sweep", "expiries_tell", "expiries_untold",
    "stock_sweep",
    "trial_cards", "witness",
]
