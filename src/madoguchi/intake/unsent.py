"""Files that somebody put in while a correction is open: they are sent with its answer, not before. Until then they are not shown as sent and the
section does not get them; when the correction ends without an answer they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.files.public import files_forget

KEY = "unsent"
MARK = {KEY: True}
Files = dict[str, list[dict[str, Any]]]


def waits(entries: Iterable[Mapping[str, Any]]) -> bool:
    """Did somebody put a file here that has not been sent yet?"""
    return any(f.get(KEY) for f in entries)


def without(files: Mapping[str, Any]) -> Files:
    """What was sent."""
    return {slot: [f for f in entries if not f.get(KEY)] for slot, entries in files.items()}


def sent(files: Mapping[str, Any]) -> Files:
    """Everything, now that the answer goes out."""
    return {slot: [{k: v for k, v in f.items() if k != KEY} for f in entries] for slot, entries in files.items()}


def dropped(files: Mapping[str, Any]) -> Files:
    """What was sent, in the caller's transaction; the rest is deleted."""
    if gone := [f["id"] for entries in files.values() for f in entries if f.get(KEY)]:
        files_forget(ids=gone)
    return without(files)
