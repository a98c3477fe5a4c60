"""Fixtures of several tests of this room."""

from __future__ import annotations

import pytest

from .world import decided_case


@pytest.fixture
def decided(hall):
    """A decided case with everything that can lie on one."""
    return decided_case(hall)
