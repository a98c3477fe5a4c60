"""Door: the sweep for the worker."""

from .services import scans_sweep

__all__ = ["scans_sweep"]
