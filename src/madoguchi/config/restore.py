"""`madoguchi restore`: a whole backup into an empty city hall, and the proof that it is all there.

Everything is checked before anything is written. Files first, the database last and in one step: until then the target
counts as empty, and a restore that was cut short goes on when it is begun again with the same backup.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from madoguchi.builder.public import drafts_folder
from madoguchi.files.models import StoredFile
from madoguchi.identity.public import sessions_forget
from madoguchi.kernel import audit, failpoints, keys, witness
from madoguchi.kernel.canon import canonical, sha256
from madoguchi.kernel.durable import tree_sync

from . import archive, snapshots
from .archive import BackupWrong, Source
from .management.commands.audit import read_anchors
from .management.commands.worker import anchor_path

UNFINISHED = "restore.unfinished"


def backup_check(path: Path) -> tuple[Source, dict[str, Any]]:
    """A backup that is whole and that this program can restore. Raises BackupWrong."""
    source = Source(path)
    body = archive.manifest_read(source)
    if body["database"] != connection.vendor:
        raise BackupWrong(f"この控えのデータベースは {body['database']} です。今の設定(DATABASE_URL)は {connection.vendor} です。")
    known = set(MigrationLoader(None).disk_migrations or {})
    newer = [f"{app}.{name}" for app, name in body["migrations"] if (app, name) not in known]
    if newer:
        raise BackupWrong(f"この控えは、新しい版のプログラムで取られています({newer[0]})。プログラムを新しくしてから戻してください。")
    ring = keys.ring(fresh=True)
    lost = set(body["keys"]["needed"]) - set(ring.seal.known) - set(ring.search.known)
    if lost:
        raise BackupWrong(f"この控えには、今の鍵束にない鍵({'、'.join(sorted(lost))})で封をしたものがあります。そのころの鍵束を戻してください。")
    archive.parts_check(source, body)
    return source, body


def _mark() -> Path:
    return Path(settings.MADOGUCHI_DATA) / UNFINISHED


def _begin(body: dict[str, Any]) -> bool:
    """Note what is being restored. True when the database is already there and only the proof is missing.
    Raises BackupWrong for a target that is in use."""
    mine, mark = sha256(canonical(body)), _mark()
    files = Path(settings.FILES_ROOT)
    if mark.exists():
        if mark.read_text() != mine:
            raise BackupWrong("別の控えの復元が途中です。データフォルダとデータベースを空にしてから、もう一度実行してください。")
        return not snapshots.database_is_empty()
    if not snapshots.database_is_empty():
        raise BackupWrong("戻す先のデータベースが空ではありません。空のデータベースを用意してください。")
    if files.exists() and any(p.is_file() for p in files.rglob("*")):
        raise BackupWrong(f"戻す先の {files} が空ではありません。空のデータフォルダを用意してください(MADOGUCHI_DATA)。")
    mark.parent.mkdir(parents=True, exist_ok=True)
    temp = mark.with_name(f"{mark.name}.part")
    temp.write_text(mine)
    temp.replace(mark)
    failpoints.hit("restore.begun")
    return False


def backup_restore(path: Path, *, actor: str) -> tuple[dict[str, Any], list[str]]:
    """Restore and prove. Returns (manifest, faults); an empty list means that all of it is there. Raises BackupWrong."""
    source, body = backup_check(path)
    if role := snapshots.role_without_right():
        raise BackupWrong(f"データベースの役割 {role} は表を作れないので、戻せません。何も変えていません。持ち主の DATABASE_URL で実行してください"
                          "(docs/deploy.md の置き方では、root で deploy/owner restore …)。")
    if not _begin(body):
        for name in sorted(source.names()):
            if name.startswith("files/"):
                _lay(source, name, Path(settings.FILES_ROOT) / name.removeprefix("files/"))
            elif name.startswith("drafts/"):
                _lay(source, name, drafts_folder() / name.removeprefix("drafts/"))
        _lay(source, "anchors/seals.txt", anchor_path())
        for root in (Path(settings.FILES_ROOT), drafts_folder(), anchor_path().parent):
            if root.is_dir():
                tree_sync(root)  # the database, which promises them, comes after them
        name = next(n for n in body["parts"] if n.startswith("database."))
        aside = Path(settings.MADOGUCHI_DATA) / f"{name}.restore"
        _lay(source, name, aside)
        snapshots.database_back(body["database"], aside)
        aside.unlink(missing_ok=True)
    failpoints.hit("restore.before_proof")
    faults = list(_faults(body))
    with transaction.atomic():
        ended = sessions_forget()
        audit.record(actor, "backup.restored", chain="backups", facts={"made_at": body["made_at"], "faults": len(faults), "sessions": ended})
    _mark().unlink(missing_ok=True)
    return body, faults


def _lay(source: Source, name: str, target: Path) -> None:
    """One part in its place, whole or not at all."""
    root = Path(settings.MADOGUCHI_DATA).resolve()
    if ".." in Path(name).parts or not (target.resolve().is_relative_to(root) or target.resolve().is_relative_to(settings.FILES_ROOT)):
        raise BackupWrong(f"控えの {name} は、データフォルダの外を指しています。")
    target.parent.mkdir(parents=True, exist_ok=True)
    temp = target.with_name(f"{target.name}.part")
    try:
        with source.open(name) as part, temp.open("wb") as out:
            shutil.copyfileobj(part, out, archive.PIECE)
            failpoints.hit("restore.part")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        temp.unlink(missing_ok=True)  # the room is wanted; begun again, it goes on with this part
        raise archive.named(error, target) from None
    temp.replace(target)


def _faults(body: dict[str, Any]) -> Iterator[str]:
    """Counts first, as the backup has them; then, with the database brought up to this program, chain and files."""
    now = snapshots.counts_now()
    for table, wanted in body["counts"].items():
        if now.get(table) != wanted:
            yield f"{table}: 控えでは{wanted}件、戻したものは{now.get(table)}件"
    call_command("migrate", verbosity=0)
    anchors, faults = read_anchors(anchor_path())
    for fault in [*faults, *audit.verify(anchors), *witness.verify()]:
        yield f"{fault.chain} {fault.seq}: {fault.ja}"
    told = {line.partition(":")[0] for line in body["faults"]}
    for row in StoredFile.objects.order_by("place").iterator():
        path = Path(settings.FILES_ROOT) / row.place
        if row.place not in told and (not path.exists() or _digest(path) != row.sha256):
            yield f"files/{row.place}: ありません" if not path.exists() else f"files/{row.place}: 中身が記録と違います"


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(archive.PIECE):
            found.update(piece)
    return found.hexdigest()


