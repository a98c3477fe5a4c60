"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.kernel.leaving import Leaving

from .expiries import expiries_over
from .keeping import cards_over, duties_over
from .models import Card, Duty, Expiry

LEAVING = (
    Leaving("マイナンバーカードの控え", Card, cards_over),
    Leaving("出張窓口の当番", Duty, duties_over),
    Leaving("カードの有効期限の一覧", Expiry, expiries_over),
)
