"""Door: what a monitor asks about the machine."""

from .trust import gauges

__all__ = ["gauges"]
