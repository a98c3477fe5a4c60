"""While a backup copies files, nobody takes bytes away: a row that the backup holds must find its bytes.

One lock beside the files: whoever unlinks shares it for a moment, the backup holds it alone. Rows are deleted all the same;
bytes that had to stay are strays, which the worker sweeps once the backup is done. A killed backup lets go of the lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def _open() -> int:
    return os.open(Path(settings.FILES_ROOT).with_name("files.lock"), os.O_RDWR | os.O_CREAT, 0o600)


@contextlib.contextmanager
def bytes_held() -> Iterator[None]:
    """No bytes go until this is over. Waits for whoever is removing some just now."""
    handle = _open()
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def bytes_may_go() -> Iterator[bool]:
    """True while bytes may be removed, False during a backup."""
    handle = _open()
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
