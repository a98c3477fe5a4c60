"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .bulk import drafts_over
from .models import BulkRun

LEAVING = (
    Leaving("まとめて審査の下見", BulkRun, drafts_over),
)
