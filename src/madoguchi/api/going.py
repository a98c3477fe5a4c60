"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .models import SubmitKey
from .services import submit_keys_over

LEAVING = (
    Leaving("APIの二重送信を防ぐ符号", SubmitKey, submit_keys_over),
)
