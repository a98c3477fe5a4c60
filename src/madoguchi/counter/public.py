"""Door: what the worker does for the counter."""

from .keeping import interviews_sweep
from .services import helps_sweep

__all__ = ["helps_sweep", "interviews_sweep"]
