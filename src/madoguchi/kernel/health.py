"""Is what stands below everything well? The reasons are for a monitor and its reader: what to look at."""

from __future__ import annotations

import os

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from . import clock, outbox

QUIET = 60  # seconds without a heartbeat
_file: list[tuple[int, int]] = []  # device and inode of the embedded database as this process first saw it


def fault() -> str:
    """Why the city hall is not well; empty when it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        gone = _file_fault()
        if gone:
            return gone
        seen = outbox.last_heartbeat("worker")
    except (DatabaseError, InterfaceError) as error:
        return f"database: {type(error).__name__}"
    if seen is None:
        return "worker: not seen yet"
    quiet = (clock.now() - seen).total_seconds()
    return f"worker: no heartbeat for {quiet:.0f} seconds" if quiet > QUIET else ""


def too_slow(error: BaseException | None) -> bool:
    """Whether this is a statement that the database ended because it ran too long (config.patience)."""
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return getattr(cause, "sqlstate", "") == "57014" or getattr(cause, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def _file_fault() -> str:
    """SQLite keeps a deleted file open and answers as if nothing had happened; all of it would be lost at the next start."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or "memory" in name:
        return ""
    try:
        found = os.stat(name)
    except OSError:
        return "database: the file is gone; stop, bring it back from the backup, start again"
    now = (found.st_dev, found.st_ino)
    if not _file:
        _file.append(now)
    return "" if _file[0] == now else "database: the file was replaced while running; start again"
