"""A disk that gets full while a backup is written or restored is told in one line, and leaves nothing that looks whole."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from madoguchi.config import archive, restore, snapshots, unreached


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("name", ["a.tar", "a"])
def test_a_backup_on_a_full_disk_names_where_it_goes(tmp_path, name, monkeypatch):
    monkeypatch.setattr(archive.shutil if name == "a" else archive.tarfile, "copyfileobj", full)
    with pytest.raises(OSError) as told, archive.writing(tmp_path / name) as sink, (tmp_path / "x").open("wb+") as source:
        source.write(b"x" * 1000)
        source.seek(0)
        sink.add("files/x", source, 1000)
    assert unreached.file_reason(told.value) == f"ファイル {tmp_path / name} に書けません。ディスクに空きを作ってください。"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_a_restore_on_a_full_disk_names_the_file_and_leaves_no_half_one(tmp_path, settings, monkeypatch):
    settings.MADOGUCHI_DATA = str(tmp_path / "hall")
    (tmp_path / "backup" / "anchors").mkdir(parents=True)
    (tmp_path / "backup" / "anchors" / "seals.txt").write_text("x")
    monkeypatch.setattr(restore.shutil, "copyfileobj", full)
    target = tmp_path / "hall" / "anchors" / "seals.txt"
    with pytest.raises(OSError) as told:
        restore._lay(archive.Source(tmp_path / "backup"), "anchors/seals.txt", target)
    assert "に書けません。ディスクに空き" in unreached.file_reason(told.value) and str(target) in unreached.file_reason(told.value)
    assert not list(target.parent.iterdir())


def test_a_full_disk_that_names_no_file_is_told_too():
    assert unreached.file_reason(OSError(errno.ENOSPC, "")) == "ディスクに書けません。ディスクに空きを作ってください。"
    assert unreached.file_reason(OSError(errno.EINVAL, "")) == ""


def test_a_copy_of_the_database_that_finds_no_room_says_how_much_it_wants(tmp_path, monkeypatch):
    place = tmp_path / "hall.sqlite3"
    with closing(sqlite3.connect(place)) as hall:
        hall.executescript("CREATE TABLE t (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                           "INSERT INTO t SELECT hex(randomblob(200)) FROM n;")

    def no_room(path):
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA max_page_count=2")
            copy.executescript("CREATE TABLE t (x); CREATE TABLE u (x); CREATE TABLE v (x);")

    monkeypatch.setitem(connection.settings_dict, "NAME", str(place))
    monkeypatch.setattr(snapshots, "_sqlite_copy" if connection.vendor == "sqlite" else "_postgres_copy", no_room)
    room = tmp_path / "backups" / ".a.tar.db-1"
    room.mkdir(parents=True)
    with pytest.raises(snapshots.ToolFailed, match=r"backups のディスクに空きがない.*約5 MB"), snapshots.database_copy(room):
        pass
