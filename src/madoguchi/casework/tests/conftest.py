"""Fixtures of several tests of this room."""

from __future__ import annotations

import pytest

from .bulk_world import QUICK, WHO, check_all
from .world import decided_case


@pytest.fixture
def decided(hall):
    """A decided case with everything that can lie on one."""
    return decided_case(hall)


@pytest.fixture
def cases(hall):
    """Three cases of one procedure with every point of the checklist marked."""
    found = [hall.case(who, QUICK) for who in WHO[:3]]
    for case in found:
        check_all(hall, case)
    return sorted(found, key=lambda c: c.id)  # filed in the same moment: the list breaks the tie by id
