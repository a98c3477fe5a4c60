"""Door: what the worker does for scanned paper."""

from .events import SCAN_TAKEN
from .going import LEAVING
from .seeing import SEALED, views_forget, views_hold, views_of
from .services import scans_sweep
from .taking import sheet_read

__all__ = ["LEAVING", "SCAN_TAKEN", "SEALED", "scans_sweep", "sheet_read", "views_forget", "views_hold", "views_of"]
