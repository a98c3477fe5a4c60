"""Door: what the worker does for the counter."""

from .going import LEAVING
from .keeping import interviews_sweep
from .services import helps_sweep

__all__ = ["LEAVING", "helps_sweep", "interviews_sweep"]
