"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .models import Plan
from .services import plans_over

LEAVING = (
    Leaving("手続きの一覧(さがした結果)", Plan, plans_over),
)
