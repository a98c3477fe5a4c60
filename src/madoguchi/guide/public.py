"""Door: what the worker sweeps, and the page of what several procedures ask alike."""

from .services import LABELS, plans_sweep, together_step

__all__ = ["LABELS", "plans_sweep", "together_step"]
