"""Door: hand-over."""

from .services import PARCEL_READY, Stuck, deliver, make_parcels, parcels_open, stuck_list, stuck_retry

__all__ = ["PARCEL_READY", "Stuck", "deliver", "make_parcels", "parcels_open", "stuck_list", "stuck_retry"]
