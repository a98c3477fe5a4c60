"""A copy of the database at one moment, while everybody goes on writing, and back (config.backup, config.restore)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, connections

from madoguchi.kernel import failpoints
from madoguchi.kernel.durable import folder_sync
from madoguchi.kernel.errors import StartRefused

from .unreached import sqlite_reason

FILES = "SELECT place, size, sha256 FROM files_storedfile ORDER BY place"
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


class ToolFailed(StartRefused):
    """pg_dump or pg_restore could not do its work."""


@dataclass
class Snapshot:
    """What a copy of the database holds."""

    kind: str
    version: str
    path: Path
    counts: dict[str, int] = field(default_factory=dict)
    migrations: list[list[str]] = field(default_factory=list)
    files: list[tuple[str, int, str]] = field(default_factory=list)


def _look(found: Snapshot, run: Any, tables: list[str]) -> None:
    for table in sorted(tables):
        found.counts[table] = run(f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608 - a table's own name
    found.migrations = [list(row) for row in run(MIGRATIONS)]
    found.files = [(place, size, digest) for place, size, digest in run(FILES)]


@contextmanager
def database_copy(folder: Path) -> Iterator[Snapshot]:
    """Copy the database into ``folder``. SQLite: its online backup in one step; PostgreSQL: pg_dump in one snapshot, and
    the counts in the same one."""
    path = folder / ("database.sqlite3" if connection.vendor == "sqlite" else "database.dump")
    try:
        yield _sqlite_copy(path) if connection.vendor == "sqlite" else _postgres_copy(path)
    except sqlite3.Error as error:
        raise ToolFailed(_not_copied(error, folder.parent)) from None
    finally:
        path.unlink(missing_ok=True)


def _not_copied(error: sqlite3.Error, beside: Path) -> str:
    """What to say where SQLite could not write the copy, or not read the original."""
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_FULL"):
        size = Path(connection.settings_dict["NAME"]).stat().st_size
        return (f"{beside} のディスクに空きがないため、控えを取れませんでした。取るあいだは、データベースの写しを二つ置けるだけの空き"
                f"(いまは約{2 * size // 2**20 + 1:,} MB)と、添付・通知書の分が要ります。空きを作るか、別の行き先にしてください。")
    return sqlite_reason(error, str(connection.settings_dict["NAME"])) or f"データベースの写しを取れませんでした({error})。"


def _sqlite_copy(path: Path) -> Snapshot:
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=60)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)  # one step: one moment, and in WAL mode no writer waits for it
        copy.execute("PRAGMA journal_mode=DELETE")  # one file
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise ToolFailed("データベースが壊れています(integrity_check)。控えは取っていません。前の控えを残し、管理者に知らせてください。")
        found = Snapshot("sqlite", sqlite3.sqlite_version, path)
        tables = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")]
        _look(found, lambda sql: copy.execute(sql).fetchall(), tables)
    return found


def _postgres_copy(path: Path) -> Snapshot:
    own = connections["default"].copy()
    try:
        with own.cursor() as cursor:
            def run(sql: str) -> list[Any]:
                cursor.execute(sql)
                return list(cursor.fetchall()) if cursor.description else []

            run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            moment = run("SELECT pg_export_snapshot()")[0][0]
            found = Snapshot("postgresql", run("SHOW server_version")[0][0], path)
            _pg("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}", f"--file={path}")
            _look(found, run, [row[0] for row in run("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")])
            run("ROLLBACK")
    finally:
        own.close()
    return found


def _tool(name: str) -> str:
    """The client of the server's own version, else the next newer one: an older pg_dump refuses, a newer one may write what
    this server does not understand."""
    least = int(getattr(connection, "pg_version", 0)) // 10000
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    path = next((str(p) for p in found if int(p.parts[-3]) >= least), None) or shutil.which(name)
    if not path:
        raise ToolFailed(f"{name} がありません。PostgreSQL のクライアント(postgresql-client)を入れてください。")
    return path


def _pg(name: str, *words: str) -> None:
    from psycopg.conninfo import make_conninfo

    db = connection.settings_dict
    options: dict[str, Any] = {k: v for k, v in db.get("OPTIONS", {}).items() if isinstance(v, str | int)}
    address = make_conninfo(dbname=db["NAME"], host=db["HOST"] or None, port=db["PORT"] or None, user=db["USER"] or None, **options)
    done = subprocess.run([_tool(name), "--no-password", f"--dbname={address}", *words], capture_output=True, text=True,
                          env=os.environ | ({"PGPASSWORD": db["PASSWORD"]} if db["PASSWORD"] else {}))
    if done.returncode != 0:
        raise ToolFailed(f"{name} が {done.returncode} で終わりました: {(done.stderr.strip().splitlines() or ['(何も言っていません)'])[0][:300]}")


# --- back


def database_is_empty() -> bool:
    """No table at all."""
    return not connection.introspection.table_names()


def role_without_right() -> str:
    """The role of the settings when it may make no tables (on a server the one that serves may not), empty when it may."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")
        role, may = cursor.fetchone()
    return "" if may else str(role)


def database_back(kind: str, path: Path) -> None:
    """Put a copy where the settings say, all of it or nothing. The database must be empty. ``path`` is used up."""
    connections.close_all()
    failpoints.hit("restore.before_database")
    if kind == "postgresql":
        _pg("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(path))
        return
    target = Path(connection.settings_dict["NAME"])
    for name in (target, target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-shm")):
        name.unlink(missing_ok=True)  # of the empty one that a command has opened
    path.replace(target)
    folder_sync(target.parent)


def counts_now() -> dict[str, int]:
    """Rows of every table."""
    with connection.cursor() as cursor:
        out = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a table's own name
            out[table] = cursor.fetchone()[0]
    return out
