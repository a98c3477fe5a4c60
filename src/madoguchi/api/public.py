"""Door: what the worker tidies up, and the tokens for 権限の一覧."""

from .going import LEAVING
from .services import programs, submit_keys_sweep

__all__ = ["LEAVING", "programs", "submit_keys_sweep"]
