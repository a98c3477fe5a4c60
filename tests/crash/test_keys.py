"""The real command `madoguchi keys rotate`, while people file and the worker works; killed, and begun again."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from .journeys import CLAIM, QUICK

FILE = [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {})]


def command(town, *words, **env):
    return subprocess.Popen([sys.executable, "-m", "madoguchi", "keys", *words], env=town.env | env, cwd=town.home, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def said(process, status=0):
    words, _ = process.communicate(timeout=180)
    assert process.returncode == status, words
    return words


@pytest.fixture
def busy(town):
    """Enough sealed rows that a rotation takes many batches."""
    if "busy" not in town.kept:
        known = town.well([("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("numbers", {"count": 900}), ("work", {})])
        town.kept["busy"] = known["application"]
    return town.kept["busy"]


@pytest.mark.parametrize("kind", [[], ["--search"]])
def test_people_file_while_the_key_changes(town, busy, kind):
    process = command(town, "rotate", *kind, "--pause", "0.15")
    filed = []
    while process.poll() is None:
        filed.append(town.well(FILE)["application"])
    words = said(process)
    assert len(filed) > 2, "nobody filed meanwhile: the test proves nothing"
    assert "すべて今の鍵で封をしました" in words
    listed = said(command(town, "list"))
    assert "前の鍵" in listed
    assert [line for line in listed.splitlines() if "前の鍵" in line and "0件 (なし)" not in line] == []
    assert "開けません" not in listed
    assert town.faults([busy, *filed]) == []


def test_a_rotation_that_is_killed_goes_on_with_its_key(town, busy, tmp_path):
    before = said(command(town, "list"))
    once = str(tmp_path / "struck")
    killed = command(town, "rotate", "--pause", "0", MADOGUCHI_FAIL="keys.reseal.before_commit", MADOGUCHI_FAIL_ONCE=once)
    killed.communicate(timeout=180)
    assert killed.returncode == -signal.SIGKILL
    half = said(command(town, "list"))
    assert half.count(" k") == before.count(" k") + 1
    application = town.well(FILE)["application"]
    again = said(command(town, "rotate", "--pause", "0"))
    assert "続きから" in again
    after = said(command(town, "list"))
    assert after.count(" k") == half.count(" k"), "no third key"
    refused = said(command(town, "retire", "k1"), status=1)
    assert "5分" in refused
    assert town.faults([busy, application]) == []


def test_the_ring_comes_back_out_of_the_safe(town, tmp_path):
    box, secret = tmp_path / "ring.box", {"MADOGUCHI_PASSPHRASE": "a long passphrase"}
    said(command(town, "export", str(box), **secret))
    assert box.stat().st_mode & 0o777 == 0o600
    ring = (town.home / "keys" / "ring.json").read_text()
    assert not [line for line in ring.split('"') if len(line) == 44 and line in box.read_text()]
    back = tmp_path / "new" / "ring.json"
    assert "合言葉が違う" in said(command(town, "import", str(box), str(back), MADOGUCHI_PASSPHRASE="another phrase"), status=2)
    assert not back.exists()
    said(command(town, "import", str(box), str(back), **secret))
    assert back.read_text() == ring
    assert "もうあります" in said(command(town, "import", str(box), str(back), **secret), status=2)
    assert "12文字" in said(command(town, "export", str(tmp_path / "short"), MADOGUCHI_PASSPHRASE="short"), status=1)
    assert "もうあります" in said(command(town, "export", str(box), **secret), status=1)


def test_a_first_ring_is_made_in_production_too_and_never_over_another(town, tmp_path):
    path = tmp_path / "etc" / "ring.json"
    said(command(town, "make", str(path), MADOGUCHI_ENV="production"))
    first = path.read_text()
    assert "もうあります" in said(command(town, "make", str(path), MADOGUCHI_ENV="production"), status=2)
    assert path.read_text() == first


def test_a_ring_in_the_environment_is_changed_by_hand_and_resealed(town, busy):
    """`next` gives the ring to lay down; started with it, `reseal` moves everything; `rotate` says that it cannot."""
    ring = {"MADOGUCHI_KEYS": "env:RING", "RING": (town.home / "keys" / "ring.json").read_text()}
    assert "keys next" in said(command(town, "rotate", "--new", **ring), status=1)
    process = subprocess.run([sys.executable, "-m", "madoguchi", "keys", "next"], env=town.env | ring, cwd=town.home, text=True,
                             capture_output=True, timeout=60)
    assert process.returncode == 0
    (town.home / "keys" / "ring.json").write_text(process.stdout)  # the other processes of this town are started with it, too
    ring["RING"] = process.stdout
    assert "すべて今の鍵で封をしました" in said(command(town, "reseal", "--pause", "0", **ring))
    assert town.faults([busy]) == []
