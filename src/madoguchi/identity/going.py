"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .kept import kept_over
from .models import KeptInput, Resident, StaffSession
from .services import cards_over
from .sessions import sessions_over

LEAVING = (
    Leaving("住民の四情報", Resident, cards_over, "attributes"),
    Leaving("職員のログインの記録", StaffSession, sessions_over),
    Leaving("ログインが切れたときに預かった入力", KeptInput, kept_over),
)
