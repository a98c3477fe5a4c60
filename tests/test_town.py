"""Another municipality adopts the product: a 町 with other sections, closing days and fees, of twelve procedures (tests/support/town)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOWN = ROOT / "tests" / "support" / "town"


def run(*args, **env):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_", "PORT", "DJANGO_"))}
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT,
                          env=clean | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "MADOGUCHI_CITY": str(TOWN)} | env)


def test_its_pack_has_no_fault_and_only_its_procedures_are_looked_at():
    done = run("-m", "madoguchi", "procedures", "check")
    assert (done.returncode, done.stdout) == (0, "12件を検査しました。誤りはありません\n")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return run("tests/support/town_pages.py", MADOGUCHI_DATA=str(tmp_path_factory.mktemp("town")), MADOGUCHI_ENV="test",
               DJANGO_SETTINGS_MODULE="madoguchi.config.settings")


def test_no_page_and_no_paper_speaks_of_a_city(drawn):
    assert drawn.returncode == 0, drawn.stderr[-2000:]
    told = [line for line in drawn.stdout.splitlines() if line.strip() and not line.startswith(("霧ヶ原町: ", "offered "))]
    assert told == [], "\n".join(told[:40])


def test_it_offers_the_procedures_that_it_named(drawn):
    assert "offered 12" in drawn.stdout, drawn.stderr[-2000:]


def test_paper_is_addressed_to_its_mayor(drawn):
    assert drawn.returncode == 0 and "is addressed to nobody" not in drawn.stderr
