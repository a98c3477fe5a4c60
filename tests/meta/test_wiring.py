"""What is named and not loaded: every name leads somewhere, and what residents use does not load the rooms of the staff."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.template import engines

from madoguchi.casework import ports as casework_ports
from madoguchi.config import wiring
from madoguchi.config.later import Later
from madoguchi.kernel import sealing

STAFF = ("casework", "survey", "delivery", "figures", "scans", "operations", "builder")


def _named() -> list[str]:
    handlers = [name for found in wiring.HANDLERS.values() for name in found.values()]
    ports = [port.name for found in (casework_ports.helpers, casework_ports.checks, casework_ports.case_links, casework_ports.case_notes,
                                     casework_ports.every_note, casework_ports.number_views) for port in found.values() if isinstance(port, Later)]
    kept = [part.name for keeper in casework_ports.keepers.values() for part in (keeper.holds, keeper.forget) if isinstance(part, Later)]
    drawn = [word.name for word in engines.all()[0].env.filters.values() if isinstance(word, Later)]
    witnesses = [f"{room}.public.witness" for room in wiring.WITNESSES]
    return [*handlers, *wiring.BOOKS.values(), *ports, *kept, *drawn, *witnesses]


def test_every_name_is_something_to_call():
    names = _named()
    assert len(names) > 40
    assert [name for name in names if not callable(Later(name).value())] == []


def test_a_name_that_leads_nowhere_is_an_error():
    with pytest.raises(ImportError):
        Later("casework.public.nothing_of_that_name")()


def test_every_room_that_seals_hands_in_its_columns():
    rooms = {column.table.partition("_")[0] for column in sealing.columns()}
    assert set(wiring.SEALED) <= rooms


@pytest.mark.parametrize("opened", ["import madoguchi.config.wsgi",
                                    "import madoguchi.config.wsgi; from django.urls import resolve; resolve('/p/x/'); resolve('/my/')"])
def test_what_residents_use_does_not_load_the_rooms_of_the_staff(opened):
    """`import` ≤ ×2 of the yardstick's and ≤ 120 MB (bench/intake.py) hang on this."""
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", f"{opened}\nimport sys\nprint(*sys.modules, sep='\\n')"],
                           capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert "madoguchi.config.wsgi" in loaded
    assert loaded & {f"madoguchi.{room}.{door}" for room in STAFF for door in ("public", "services", "selectors")} == set()
