"""The copies that the story and crash tests stand on are good definitions."""

from __future__ import annotations

import pytest
from tests.support.hall import PACK

from madoguchi.offices.city import read_city
from madoguchi.procedures.pack import ROOT, city_folder, read_file
from madoguchi.procedures.rules import translate


@pytest.mark.parametrize("path", sorted(PACK.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_copy_has_no_faults(path):
    definition, problems = read_file(path, None, read_city(city_folder()))
    assert definition is not None, "\n".join(map(str, problems))


def test_common_definitions_name_no_city():
    """Definitions shared by all cities speak of 「この市」; a city's name stands in its own pack (doubts may say whose page was read)."""
    here = read_city(city_folder())
    for file in sorted((ROOT / "procedures").glob("*.yaml")):
        definition, _ = read_file(file, None, here)
        assert definition is not None
        assert [text for text in translate.texts(definition) if here.name in text] == [], file.name
