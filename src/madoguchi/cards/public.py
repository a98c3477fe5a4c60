"""Door: sweeps for the worker, the sealed columns for the wiring."""

from . import expiries, holder
from .expiries import expiries_sweep, expiries_tell
from .keeping import stock_sweep

SEALED = (*holder.SEALED, *expiries.SEALED)

__all__ = ["SEALED", "expiries_sweep", "expiries_tell", "stock_sweep"]
