"""Door: what the worker sweeps, and the pages of what several procedures ask alike."""

from .going import LEAVING
from .services import LABELS, alike, finder_for, given, plans_sweep, together_step, written

__all__ = ["LEAVING", "LABELS", "alike", "finder_for", "given", "plans_sweep", "together_step", "written"]
