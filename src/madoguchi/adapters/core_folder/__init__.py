"""A core system that takes files from a folder (一括取込): atomic write, manifest with SHA-256 written last."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from django.conf import settings

from madoguchi.delivery.ports import Accepted, Goods, Refused, Retry
from madoguchi.kernel import failpoints
from madoguchi.kernel.durable import folder_sync


class FolderCore:
    """Writes ``<out>/<target>/<name>`` and ``<name>.manifest.json``. The manifest says that the file is whole."""

    def deliver(self, goods: Goods) -> Accepted | Retry | Refused:
        """See delivery.ports.CoreSystem."""
        if not re.fullmatch(r"[a-z0-9-]+", goods.target) or not re.fullmatch(r"[A-Za-z0-9._-]+", goods.name):
            return Refused("name")
        folder = Path(settings.OUT_ROOT) / goods.target
        target, manifest = folder / goods.name, folder / f"{goods.name}.manifest.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if manifest.exists():
                there = json.loads(manifest.read_text())
                return Accepted() if there["sha256"] == goods.sha256 else Refused("another file of this name")
            if _taken_before(folder, goods):
                return Accepted()
            if not (target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == goods.sha256):
                _write(target, goods.data)
            failpoints.hit("core_folder.before_manifest")
            body = {"key": goods.key, "file": goods.name, "sha256": goods.sha256, "bytes": len(goods.data)} | goods.about
            _write(manifest, json.dumps(body, ensure_ascii=False).encode())
        except OSError as error:
            return Retry(f"{type(error).__name__} {error.errno}")
        return Accepted()


def _taken_before(folder: Path, goods: Goods) -> bool:
    """Does the same key lie there, whole, under the name that a release before gave it (a backup of then was put back)?"""
    old = folder / f"{goods.old_name}.manifest.json"
    if not re.fullmatch(r"[A-Za-z0-9._-]+", goods.old_name) or not old.exists():
        return False
    there = json.loads(old.read_text())
    return bool(there["key"] == goods.key and there["sha256"] == goods.sha256)


def _write(path: Path, data: bytes) -> None:
    for torn in path.parent.glob(f".{path.name}.*"):  # left by a crash, with personal data in it
        torn.unlink(missing_ok=True)
    temp = path.with_name(f".{path.name}.{os.getpid()}")
    with temp.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    failpoints.hit("core_folder.before_rename")
    temp.replace(path)
    folder_sync(path.parent)
