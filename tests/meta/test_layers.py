"""The tree is the contract (DESIGN, Tree): import-linter checks .importlinter; here it is run and shown to be able to fail."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

from tests.crash.points import SOURCE

ROOT = SOURCE.parents[1]


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run([sys.executable, "-c", code, "--config", str(config), "--no-cache"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120, env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}"})


def test_calls_go_down():
    done = lint(ROOT / ".importlinter")
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts"):]


def test_the_watch_does_see(tmp_path):
    """The same tree upside down must break."""
    read = configparser.ConfigParser()
    read.read(ROOT / ".importlinter")
    layers = read["importlinter:contract:tree"]["layers"].split("\n")
    read["importlinter:contract:tree"]["layers"] = "\n".join(["", *reversed([x for x in layers if x])])
    for section in read.sections():
        if section not in ("importlinter", "importlinter:contract:tree"):
            read.remove_section(section)
    with (tmp_path / "upside-down").open("w") as out:
        read.write(out)
    done = lint(tmp_path / "upside-down")
    assert done.returncode != 0
    assert "BROKEN" in done.stdout


def test_every_room_stands_in_the_tree():
    text = (ROOT / ".importlinter").read_text()
    rooms = {p.parent.name for p in SOURCE.glob("*/__init__.py")}
    listed = set(text.replace("|", " ").split())
    assert rooms <= listed, "a new room needs its place in .importlinter"
