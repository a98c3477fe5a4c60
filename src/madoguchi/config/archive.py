"""A backup as it lies: one folder or one tar, written under another name and renamed when it is whole.

``manifest.json`` comes last. It names every part with its SHA-256 and is itself bound to the key ring by an HMAC, so that
what was torn, changed, or belongs to another city hall is told apart before anything is restored.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from madoguchi.kernel import failpoints, keys
from madoguchi.kernel.canon import canonical, keyed_digest, sha256
from madoguchi.kernel.durable import folder_sync, tree_sync
from madoguchi.kernel.errors import StartRefused

MANIFEST = "manifest.json"
FORMAT = 1
PIECE = 1 << 20


class BackupWrong(StartRefused):
    """This is no whole backup for this city hall; the message says why."""


class Hashing:
    """A source that is read once and knows its digest afterwards."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """As the source."""
        data = self.source.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


class Sink(Protocol):
    """Where a backup goes."""

    def add(self, name: str, source: Any, size: int) -> None:
        """One part."""
        ...

    def close(self) -> None:
        """Everything is on the disk."""
        ...


class FolderSink:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(mode=0o700)

    def add(self, name: str, source: Any, size: int) -> None:
        """See Sink."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            shutil.copyfileobj(source, out, PIECE)
            failpoints.hit("backup.part")
            out.flush()
            os.fsync(out.fileno())

    def close(self) -> None:
        """See Sink."""
        tree_sync(self.path)


class TarSink:
    """A tar, not compressed: photos do not get smaller."""

    def __init__(self, path: Path) -> None:
        self.file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed below

    def add(self, name: str, source: Any, size: int) -> None:
        """See Sink."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self.tar.addfile(entry, source)
        failpoints.hit("backup.part")

    def close(self) -> None:
        """See Sink."""
        self.tar.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()


def part_of(target: Path) -> Path:
    """The name under which an unfinished backup lies."""
    return target.with_name(f".{target.name}.part")


def clear(path: Path) -> None:
    """Remove an unfinished backup."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def writing(target: Path) -> Iterator[Sink]:
    """A new backup at ``target``; it is there under its name only if the block went through. Raises BackupWrong."""
    if target.exists():
        raise BackupWrong(f"{target} はもうあります。別の名にしてください。")
    if not target.parent.is_dir():
        raise BackupWrong(f"{target.parent} というフォルダがありません。")
    part = part_of(target)
    clear(part)  # of one that was killed
    sink: Sink = TarSink(part) if target.suffix == ".tar" else FolderSink(part)
    try:
        yield sink
        sink.close()
    except OSError as error:
        clear(part)
        raise named(error, target) from None
    except BaseException:
        clear(part)
        raise
    failpoints.hit("backup.before_rename")
    part.rename(target)
    folder_sync(target.parent)


def named(error: OSError, path: Path) -> OSError:
    """The fault with the file that it befell: writing to an open one names none."""
    if error.filename is None:
        error.filename = str(path)
    return error


class Source:
    """A backup to read. Names are looked up, never followed: a tar can not write outside of where it is restored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tar = None
        if path.is_file():
            try:
                self.tar = tarfile.open(path, "r:")  # noqa: SIM115 - open as long as the backup is read
                self.members = {m.name: m for m in self.tar.getmembers() if m.isfile()}
            except (tarfile.TarError, OSError):
                raise BackupWrong(f"{path} は控え(tar)として読めません。途中で切れているか、壊れています。") from None
        elif not path.is_dir():
            raise BackupWrong(f"{path} に控えがありません。")

    def names(self) -> set[str]:
        """Every part."""
        if self.tar:
            return set(self.members)
        return {p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file() and not p.is_symlink()}

    def open(self, name: str) -> IO[bytes]:
        """One part. Raises BackupWrong when it is not there."""
        try:
            found = self.tar.extractfile(self.members[name]) if self.tar else (self.path / name).open("rb")
        except (KeyError, OSError, tarfile.TarError):
            found = None
        if found is None:
            raise BackupWrong(f"控えに {name} がありません。途中で切れているか、壊れています。")
        return found


def manifest_text(body: dict[str, Any]) -> bytes:
    """The manifest with its digest and its binding to the key ring."""
    plain = canonical(body)
    return json.dumps({"backup": body, "sha256": sha256(plain), "mac": keyed_digest(keys.subkey("backup"), plain)},
                      ensure_ascii=False, indent=1).encode()


def manifest_read(source: Source) -> dict[str, Any]:
    """The manifest. Raises BackupWrong when it is missing, changed, of another format or of another key ring."""
    if MANIFEST not in source.names():
        raise BackupWrong("控えに manifest.json がありません。取り終わっていない控えです。別の控えを使ってください。")
    try:
        said = json.loads(source.open(MANIFEST).read())
        body, plain = said["backup"], canonical(said["backup"])
        if said["sha256"] != sha256(plain):
            raise ValueError
    except (ValueError, KeyError, TypeError, OSError):
        raise BackupWrong("控えの manifest.json が壊れています。別の控えを使ってください。") from None
    if body.get("format") != FORMAT:
        raise BackupWrong(f"控えの形式が {body.get('format')} です。このプログラムが読めるのは {FORMAT} です。")
    if said.get("mac") != keyed_digest(keys.subkey("backup"), plain):
        raise BackupWrong("今の鍵束で取った控えではないか、書き換えられています。"
                          "先に `madoguchi keys import` で、その控えのころの鍵束を戻してください。")
    return dict(body)


def parts_check(source: Source, body: dict[str, Any]) -> None:
    """Read everything once against the manifest. Raises BackupWrong."""
    for name, digest in body["parts"].items():
        _part_check(source, name, digest)
    lines = source.open("files.list").read().decode().splitlines()
    files = {f"files/{place}": digest for digest, _, place in (line.partition(" ") for line in lines)}
    for name, digest in files.items():
        _part_check(source, name, digest)
    extra = source.names() - {MANIFEST} - set(body["parts"]) - set(files)
    if extra:
        raise BackupWrong(f"控えに、目録にないものがあります: {sorted(extra)[0]}")


def _part_check(source: Source, name: str, digest: str) -> None:
    found = hashlib.sha256()
    try:
        with source.open(name) as part:
            while piece := part.read(PIECE):
                found.update(piece)
    except (OSError, tarfile.TarError):
        raise BackupWrong(f"控えの {name} が読めません。途中で切れているか、壊れています。") from None
    if found.hexdigest() != digest:
        raise BackupWrong(f"控えの {name} が壊れています(要約値が違います)。別の控えを使ってください。")
