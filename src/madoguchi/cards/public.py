"""Door: the sweep for the worker, the sealed columns, the texts for the languages."""

from .holder import SEALED
from .keeping import stock_sweep

__all__ = ["SEALED", "stock_sweep"]
