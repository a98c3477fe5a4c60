"""Door: what the worker tidies up, and the tokens for 権限の一覧."""

from .services import programs, submit_keys_sweep

__all__ = ["programs", "submit_keys_sweep"]
