"""What is promised to be on the disk has its name there too: who flushes a file syncs the folder that it stands in (fsync(2))."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import pytest
from django.conf import settings
from tests.crash.points import SOURCE, called, trees

from madoguchi.config.management.commands.worker import anchor_path, anchor_write
from madoguchi.files.public import file_write
from madoguchi.kernel import keys

# Functions that flush a file and leave its name to somebody else, with the reason. module:function
ALLOWED = {
    "kernel/durable.py:folder_sync": "is what the others call",
    "config/archive.py:add": "close() syncs every folder of the backup before it gets its name",
    "config/archive.py:close": "the backup's folder is synced when it has its name",
    "config/restore.py:_lay": "all folders are synced at once, before the database that promises the files",
}
SYNCS = {"folder_sync", "tree_sync"}


def flushing():
    """module:function, and whether a folder is synced there too."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(called(n) == "os.fsync" for n in ast.walk(node)):
                yield f"{path.relative_to(SOURCE).as_posix()}:{node.name}", any(called(n) in SYNCS for n in ast.walk(node))


def test_who_flushes_a_file_syncs_its_folder():
    assert {name for name, synced in flushing() if not synced} == set(ALLOWED)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder that was synced, in order."""
    found: list[Path] = []
    true = os.fsync

    def watched(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            found.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        true(handle)

    monkeypatch.setattr(os, "fsync", watched)
    return found


def test_a_kept_file_stands_in_its_folder_and_the_folder_in_its_own(hall, synced: list[Path]) -> None:
    root = Path(settings.FILES_ROOT).resolve()
    kept = root / file_write(data=b"x", name="x.pdf", kind="application/pdf", owner="case:1", place="zz/first").place
    assert kept.exists()
    assert synced == [root, kept.parent]
    synced.clear()
    file_write(data=b"x", name="x.pdf", kind="application/pdf", owner="case:1", place="zz/second")
    assert synced == [kept.parent]


def test_a_new_key_ring_and_the_first_anchor_stand_in_their_folders(tmp_path: Path, settings, synced: list[Path]) -> None:
    keys.ring_make(tmp_path / "keys" / "ring")
    assert synced == [tmp_path / "keys"]
    synced.clear()
    settings.MADOGUCHI_DATA = tmp_path
    anchor_write(1, "a")
    assert synced == [tmp_path, anchor_path().parent]
    synced.clear()
    anchor_write(2, "b")
    assert synced == [], "its name stands there already"
