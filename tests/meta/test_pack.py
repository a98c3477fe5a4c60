"""The copies that the story and crash tests stand on are good definitions."""

from __future__ import annotations

import pytest
from tests.support.hall import PACK

from madoguchi.offices.city import read_city
from madoguchi.procedures.pack import city_folder, read_file


@pytest.mark.parametrize("path", sorted(PACK.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_copy_has_no_faults(path):
    definition, problems = read_file(path, None, read_city(city_folder()))
    assert definition is not None, "\n".join(map(str, problems))
