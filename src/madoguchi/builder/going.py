"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .models import Offer
from .offers import offers_over

LEAVING = (
    Leaving("公開の願い出", Offer, offers_over),
)
