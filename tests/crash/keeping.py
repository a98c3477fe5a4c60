"""Acts of a crash run: a backup of this city hall, and a restore into an empty one beside it. Both may be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from madoguchi.config.backup import backup_make
from madoguchi.config.restore import backup_restore


def _target(application: str, suffix: str) -> Path:
    folder = Path(settings.MADOGUCHI_DATA) / "backups"
    folder.mkdir(exist_ok=True)
    return folder / f"{application}{suffix}"


def backup(application: str, **_: Any) -> dict[str, Any]:
    """Take it twice, as a folder and as a tar."""
    for target in (_target(application, ""), _target(application, ".tar")):
        if not target.exists():
            faults = backup_make(target, actor="test").faults
            assert faults == []
    return {}


def restore(application: str, **_: Any) -> dict[str, Any]:
    """Bring the tar back into another place. The last act of its child: it works in the other place afterwards."""
    source = _target(application, ".tar")
    place = Path(settings.MADOGUCHI_DATA) / "restored" / application
    place.mkdir(parents=True, exist_ok=True)
    elsewhere(place, f"restored_{application.replace('-', '')[:12]}")
    faults = backup_restore(source, actor="test")[1]
    assert faults == [], faults
    return {}


def elsewhere(place: Path, name: str) -> None:
    """From now on this process is another, empty city hall with the same keys."""
    settings.MADOGUCHI_DATA, settings.FILES_ROOT = place, place / "files"
    connection.close()
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(place / "town.sqlite3")
        return
    import os

    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    connection.settings_dict["NAME"] = name
