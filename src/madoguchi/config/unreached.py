"""Why a command cannot use the database or a file, in a line that says what to look at."""

from __future__ import annotations

import errno
import sqlite3

from django.db import Error

UNPREPARED = ("no such table", "no such column", "does not exist")  # of SQLite and PostgreSQL: nobody has set this place up, or not anew
WORDS = {
    "SQLITE_READONLY": "に書き込めません。この利用者が、フォルダーごと書き込めるようにしてください",
    "SQLITE_CANTOPEN": "を開けません。フォルダーがあり、この利用者が読み書きできるか、確かめてください",
    "SQLITE_NOTADB": "はデータベースではありません。場所が正しいか確かめ、壊れているときは madoguchi restore で戻してください",
    "SQLITE_CORRUPT": "は壊れています。消さずに別の名前で残し、madoguchi restore で控えから戻してください",
    "SQLITE_FULL": "に書き込めません。ディスクに空きを作ってください",
    "SQLITE_IOERR": "を読み書きできません。ディスクの故障と、空きを確かめてください",
    "SQLITE_BUSY": "は、ほかの処理が長く使っています。終わってから、もう一度実行してください",
}
RIGHTS = "を読み書きする権限がありません。持ち主と権限を確かめてください"
FILE_WORDS = {
    errno.EACCES: RIGHTS, errno.EPERM: RIGHTS, errno.EROFS: "は、読むだけのディスクにあります。ディスクを確かめてください",
    errno.ENOSPC: "に書けません。ディスクに空きを作ってください", errno.EDQUOT: "に書けません。この利用者が使える量を超えています",
}
FULL = (errno.ENOSPC, errno.EDQUOT)


def reason(error: Error, name: str) -> str:
    """What to say of an error of the database; "" where it is no fault of the place but one of the program. ``name``: the database as the
    settings have it (never its password)."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error) and (found := sqlite_reason(cause, name)):
        return found
    if type(cause).__module__.startswith("psycopg") and getattr(cause, "sqlstate", None) is None:  # it never came to a statement
        why = str(error).strip().partition("\n")[0]
        return f"PostgreSQL につながりません。動いているか、DATABASE_URL が正しいか、確かめてください({why})。"
    if any(words in str(error) for words in UNPREPARED):
        return "データベースの用意ができていません。先に madoguchi setup を実行してください。"
    return ""


def sqlite_reason(error: sqlite3.Error, name: str) -> str:
    """The same of a database that is opened beside Django's, as a backup does."""
    words = next((words for start, words in WORDS.items() if getattr(error, "sqlite_errorname", "").startswith(start)), "")
    return f"データベースのファイル {name} {words}。" if words else ""


def file_reason(error: OSError) -> str:
    """The same of a file: the rights, a disk that is full or only for reading; "" for everything else. A disk that gets full while
    something is written to an open file names no file."""
    words = FILE_WORDS.get(error.errno or 0, "")
    if error.filename:
        return f"ファイル {error.filename} {words}。" if words else ""
    return f"ディスク{words}。" if error.errno in FULL else ""
