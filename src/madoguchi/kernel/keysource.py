"""Where the key ring lies: the port, and the two sources that need nothing else (a file, an environment variable).

A source is named by ``MADOGUCHI_KEYS`` as ``scheme:place``; without a scheme it is a file. ``settings.KEY_SOURCES`` maps a
scheme to a class, so that a KMS or another secret store is one adapter and one line (docs/adr/0009).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from . import failpoints
from .durable import folder_sync
from .errors import StartRefused


class KeysMissing(StartRefused):
    """The key ring is not there and may not be invented."""


class ReadOnly(Exception):
    """This source can not be written from here; the message says what to do instead."""


class RingChanged(Exception):
    """Somebody else changed the ring meanwhile."""


class KeySource(Protocol):
    """Gives the text of the ring, and takes a new one. A class is made with the place that the setting names."""

    refresh: float  # after so many seconds at the latest, a process that runs has seen a new ring

    def read(self) -> str:
        """The text of the ring. Raises KeysMissing."""
        ...

    def stamp(self) -> object:
        """Something cheap that differs once the ring was written; None when only reading can tell."""
        ...

    def write(self, text: str, *, was: str) -> None:
        """Replace the ring, whole or not at all. Raises RingChanged when it is not ``was`` any more, ReadOnly."""
        ...


class FileKeys:
    """A file that only the city hall's user may read. Written aside and renamed, so that nobody reads half a ring."""

    refresh = 1.0

    def __init__(self, place: str) -> None:
        self.path = Path(place)

    def read(self) -> str:
        """See KeySource."""
        try:
            return self.path.read_text()
        except FileNotFoundError:
            raise KeysMissing(f"鍵束がありません: {self.path}。MADOGUCHI_KEYS で場所を指定するか、初めの一度だけ "
                              f"./madoguchi keys make {self.path} で作ってください。"
                              "前に使った鍵束がある市役所では、作らずに戻してください。") from None
        except PermissionError:
            raise KeysMissing(f"鍵束を読む権限がありません: {self.path}。市役所を動かす利用者が読めるようにしてください。") from None

    def stamp(self) -> object:
        """See KeySource."""
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return None
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def write(self, text: str, *, was: str) -> None:
        """See KeySource. Owner and mode stay: a ring that root rotated must still be readable by the city hall."""
        with self._alone():
            if self.read() != was:
                raise RingChanged
            before = self.path.stat()
            temp = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
            handle = os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, before.st_mode & 0o777)
            try:
                with os.fdopen(handle, "w") as out:
                    out.write(text)
                    out.flush()
                    os.fchown(out.fileno(), before.st_uid, before.st_gid)
                    os.fsync(out.fileno())
                failpoints.hit("keys.before_rename")
                os.rename(temp, self.path)
            except BaseException:
                temp.unlink(missing_ok=True)
                raise
            folder_sync(self.path.parent)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, and no torn rings left behind by one that was killed."""
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for torn in self.path.parent.glob(f".{self.path.name}.*"):
                torn.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)


class EnvKeys:
    """The text of the ring in an environment variable, or in the file that ``<NAME>_FILE`` names (secrets of containers,
    LoadCredential of systemd). Read once; a new ring needs a restart."""

    refresh = 0.0

    def __init__(self, place: str) -> None:
        self.name = place

    def read(self) -> str:
        """See KeySource."""
        file = os.environ.get(f"{self.name}_FILE")
        try:
            text = Path(file).read_text() if file else os.environ.get(self.name, "")
        except OSError as error:
            raise KeysMissing(f"{self.name}_FILE の {file} を読めません({type(error).__name__})。") from None
        if not text.strip():
            raise KeysMissing(f"鍵束がありません: 環境変数 {self.name} か {self.name}_FILE で渡してください。")
        return text

    def stamp(self) -> object:
        """See KeySource."""
        return self.name

    def write(self, text: str, *, was: str) -> None:
        """See KeySource."""
        raise ReadOnly(f"鍵束は環境変数 {self.name} にあり、ここからは書き換えられません。`madoguchi keys next` で出る新しい鍵束を"
                       "置き直して起動し直し、`madoguchi keys reseal` を実行してください")
