"""Bytes that were flushed are lost in a power cut all the same if the folder does not hold their name yet (fsync(2))."""

from __future__ import annotations

import os
from pathlib import Path


def folder_sync(folder: Path) -> None:
    """Make what was made, linked or renamed in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tree_sync(root: Path) -> None:
    """The same for a folder and all that lie in it."""
    for folder, _, _ in os.walk(root):
        folder_sync(Path(folder))


def folder_make(folder: Path) -> None:
    """Make a folder whose own name survives a power cut too; one that is there stays."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder_sync(folder.parent)
