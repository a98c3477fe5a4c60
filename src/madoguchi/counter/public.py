"""Door: what the worker does for the counter."""

from .services import helps_sweep

__all__ = ["helps_sweep"]
