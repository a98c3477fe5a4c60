"""Door: what the worker tidies up."""

from .services import submit_keys_sweep

__all__ = ["submit_keys_sweep"]
