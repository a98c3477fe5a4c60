"""Door: what the worker and the wiring need."""

from .keeping import queue_sweep
from .witness import witness

__all__ = ["queue_sweep", "witness"]
