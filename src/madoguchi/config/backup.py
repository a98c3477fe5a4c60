"""`madoguchi backup`: database, files, anchors and drafts of definitions at one moment, while the city hall serves. The keys are not in it.

Order: anchors, drafts, database, files. An anchor is written after its seal, so that every anchor copied first has its seal in the
database copied next; bytes are written before their row and none are taken away meanwhile (files.holding), so that every
row of the copy finds its bytes afterwards.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from madoguchi import __version__
from madoguchi.builder.public import drafts_folder
from madoguchi.files.public import bytes_held
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.offices.public import city

from . import archive, snapshots
from .management.commands.worker import anchor_path


@dataclass(frozen=True, slots=True)
class Made:
    """What lies in a new backup; ``faults`` are files of the city hall itself that are not as their rows say."""

    counts: dict[str, int]
    files: int
    bytes: int
    faults: list[str]


def backup_make(target: Path, *, actor: str) -> Made:
    """Take a backup. Raises archive.BackupWrong, snapshots.ToolFailed."""
    with archive.writing(target) as sink, bytes_held(), contextlib.ExitStack() as stack:
        with transaction.atomic():
            audit.record(actor, "backup.begun", chain="backups")
        parts: dict[str, str] = {}
        anchors = anchor_path().read_bytes() if anchor_path().exists() else b""
        _add(sink, parts, "anchors/seals.txt", io.BytesIO(anchors), len(anchors))
        for draft in sorted(drafts_folder().glob("*.yaml")):  # what the inventory drafted and nobody has taken up lies there alone
            text = draft.read_bytes()
            _add(sink, parts, f"drafts/{draft.name}", io.BytesIO(text), len(text))
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.db-")))
        copy = stack.enter_context(snapshots.database_copy(room))
        failpoints.hit("backup.after_database")
        with copy.path.open("rb") as source:
            _add(sink, parts, copy.path.name, source, copy.path.stat().st_size)
        listing, total, faults = _files(sink, copy)
        _add(sink, parts, "files.list", io.BytesIO(listing), len(listing))
        text = archive.manifest_text(_manifest(copy, parts, total, faults))
        failpoints.hit("backup.before_manifest")
        sink.add(archive.MANIFEST, io.BytesIO(text), len(text))
    return Made(copy.counts, len(copy.files) - len(faults), total, faults)


def _add(sink: archive.Sink, parts: dict[str, str], name: str, source: Any, size: int) -> None:
    read = archive.Hashing(source)
    sink.add(name, read, size)
    parts[name] = read.digest.hexdigest()


def _files(sink: archive.Sink, copy: snapshots.Snapshot) -> tuple[bytes, int, list[str]]:
    """Every file that a row of the copy names, with the digest of its row."""
    lines, total, faults = [], 0, []
    for place, size, digest in copy.files:
        path = Path(settings.FILES_ROOT) / place
        if not path.exists() or path.stat().st_size != size:
            faults.append(f"{place}: ありません" if not path.exists() else f"{place}: 大きさが違います")
            continue
        with path.open("rb") as source:
            read = archive.Hashing(source)
            sink.add(f"files/{place}", read, size)
        if read.digest.hexdigest() != digest:
            faults.append(f"{place}: 中身が記録と違います")
        lines.append(f"{read.digest.hexdigest()} {place}\n")
        total += size
    return "".join(lines).encode(), total, faults


def _manifest(copy: snapshots.Snapshot, parts: dict[str, str], total: int, faults: list[str]) -> dict[str, Any]:
    ring = keys.ring(fresh=True)
    return {
        "format": archive.FORMAT, "program": __version__, "made_at": clock.now().isoformat(timespec="seconds"),
        "city": city().code, "database": copy.kind, "database_version": copy.version, "migrations": copy.migrations,
        "counts": copy.counts, "files": {"count": len(copy.files), "bytes": total}, "faults": faults, "parts": parts,
        "keys": {"included": False, "needed": sorted([*ring.seal.known, *ring.search.known])},
    }
