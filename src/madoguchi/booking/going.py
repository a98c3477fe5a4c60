"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .keeping import bookings_over, closures_over, lapsed_over, occasions_over, waiting_over
from .models import Booking, Closure, Occasion, Waiting

LEAVING = (
    Leaving("とどこおった仮の予約", Booking, lapsed_over),
    Leaving("予約(名前と連絡先)", Booking, bookings_over),
    Leaving("空き待ち", Waiting, waiting_over),
    Leaving("窓口の休み", Closure, closures_over),
    Leaving("出張窓口などの催し", Occasion, occasions_over),
)
