"""Door: what the worker does for scanned paper."""

from .events import SCAN_TAKEN
from .services import scans_sweep
from .taking import sheet_read

__all__ = ["SCAN_TAKEN", "scans_sweep", "sheet_read"]
