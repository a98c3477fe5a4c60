"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .guardians import guardians_over, proofs_over
from .models import Guardianship, Mandate
from .services import mandates_over

LEAVING = (
    Leaving("委任", Mandate, mandates_over),
    Leaving("法定代理の証明書", Guardianship, proofs_over, "files"),
    Leaving("法定代理", Guardianship, guardians_over),
)
