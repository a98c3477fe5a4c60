"""Door: what the worker sweeps."""

from .services import plans_sweep

__all__ = ["plans_sweep"]
