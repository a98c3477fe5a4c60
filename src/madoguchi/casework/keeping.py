"""What casework still needs of what lies in the rooms below: asked before they destroy it."""

from __future__ import annotations

from collections.abc import Collection

from .models import Case, Hold
from .states import OVER


def representations_needed(ids: Collection[str]) -> set[str]:
    """Those of these representations (法定代理, by id) on which a case was filed that still runs, or whose destruction is held (審査請求,
    訴訟 …): what was shown for them may have to be looked at again."""
    filed = Case.objects.filter(acting__kind="guardian", acting__mandate__in=list(ids))
    held = Hold.objects.filter(lifted_at=None, case__in=filed).values("case")
    return set(filed.exclude(state__in=OVER).values_list("acting__mandate", flat=True)) | set(
        Case.objects.filter(id__in=held).values_list("acting__mandate", flat=True))
