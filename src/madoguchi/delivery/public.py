"""Door: hand-over."""

from .services import PARCEL_READY, deliver, make_parcels

__all__ = ["PARCEL_READY", "deliver", "make_parcels"]
