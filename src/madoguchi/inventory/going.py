"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .models import Upload
from .taking import uploads_over

LEAVING = (
    Leaving("答えを待つ手続棚卸の一覧", Upload, uploads_over),
)
