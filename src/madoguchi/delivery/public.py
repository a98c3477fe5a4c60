"""Door: hand-over."""

from madoguchi.kernel.sealing import Column

from .events import PARCEL_READY
from .models import Parcel
from .replaced import replaced_notes
from .services import (
    SKIP_REASONS,
    Stuck,
    deliver,
    make_parcels,
    parcels_forget,
    parcels_hold,
    parcels_open,
    stuck_list,
    stuck_retry,
    stuck_skip,
    witness,
)

SEALED = (Column(Parcel, "sealed", "parcel", "id", "連携ファイルの中身"),)

__all__ = ["PARCEL_READY", "SEALED", "SKIP_REASONS", "Stuck", "deliver", "make_parcels", "parcels_forget", "parcels_hold", "parcels_open",
           "replaced_notes", "stuck_list", "stuck_retry", "stuck_skip", "witness"]
