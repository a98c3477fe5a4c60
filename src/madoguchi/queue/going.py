"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .keeping import rolls_over, tickets_over
from .models import Roll, Ticket

LEAVING = (
    Leaving("番号札", Ticket, tickets_over),
    Leaving("番号札の番号の控え", Roll, rolls_over),
)
