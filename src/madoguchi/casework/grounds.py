"""What a decision must stand on, where a room above knows of it (被害調査): asked when it is proposed, and again before it is final."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.procedures.public import GRANT_NOTHING, Fault, Outcome

from . import ports
from .errors import GroundMissing
from .models import Case


def grounds_check(case: Case, outcome: Outcome | None, answers: Mapping[str, Any]) -> None:
    """Raises GroundMissing. A decision that grants nothing needs no more than its reason."""
    check = ports.checks.get(case.slug)
    if check is None or outcome is None or outcome.kind in GRANT_NOTHING:
        return
    if found := check(case.ref, answers):
        raise GroundMissing([Fault(item, ja) for item, ja in found])
