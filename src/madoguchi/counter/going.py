"""What the sweeps of this room take (kernel.leaving)."""

from __future__ import annotations

from madoguchi.intake.public import Draft
from madoguchi.kernel.leaving import Leaving

from .keeping import drafts_left, interviews_over
from .models import Help, Interview
from .services import helps_past

LEAVING = (
    Leaving("窓口の聞き取りの書きかけ", Draft, drafts_left),
    Leaving("窓口の聞き取り", Interview, interviews_over),
    Leaving("窓口でのお手伝いの記録", Help, helps_past),
)
