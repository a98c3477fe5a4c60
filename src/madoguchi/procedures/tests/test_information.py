"""Rules of asking for the city's documents."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts


@pytest.mark.parametrize(("own", "found"), [(True, ["own"]), (False, []), (None, [])])
def test_ones_own_data_is_another_procedure(own: bool | None, found: list[str]):
    facts = Facts({"own": own}, dt.date(2026, 11, 20))
    assert [f.question for f in RULES["own_data_is_asked_for_otherwise"].run(facts, own="own") if f.severity == "error"] == found
