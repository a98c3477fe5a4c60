"""Writers: keep a file (bytes first, row afterwards), delete it."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import secrets
import stat
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from madoguchi.kernel import clock, failpoints, metrics
from madoguchi.kernel.durable import folder_make, folder_sync
from madoguchi.kernel.said import say

from . import cell, strip
from .errors import FileRefused
from .holding import bytes_may_go
from .models import StoredFile
from .ports import Away, Infected, Scanner

log = logging.getLogger("madoguchi.files")
KINDS = {"画像": ("image/jpeg", "image/png"), "PDF": ("application/pdf",)}
SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf", "text/csv": ".csv", "application/json": ".json"}
MAX_PIXELS = 100_000_000
SWEPT = 500  # files looked up at once: a worker that asks for each of 60,000 misses its heartbeat


def accepts(kinds: Iterable[str] = tuple(KINDS)) -> str:
    """What a file chooser offers for these names of KINDS."""
    return ",".join(mime for kind in kinds for mime in KINDS[kind])


HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}  # brands of ISO 23008-12: what phones store photos as
PHONE_PHOTO = say("この写真の形式（HEIC）は受け取れません。カメラの設定で「互換性優先」かJPEGを選んで撮り直すか、"
                  "写真を表示した画面の画像を送ってください。")


def sniff(source: BinaryIO) -> str:
    """The real type by content; the name and what the browser says are not believed."""
    source.seek(0)
    head = source.read(2048)
    source.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF:
        return "image/heic"
    import puremagic  # only when it is neither photo nor PDF

    try:
        return str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _pieces(source: BinaryIO, kind: str) -> Iterable[bytes]:
    if kind not in ("image/jpeg", "image/png"):
        return cell.pdf(source)
    width, height = _jpeg_size(source) if kind == "image/jpeg" else strip.png_size(source)
    if not width * height:
        raise FileRefused(say("写真として開けません。別の写真を選んでください。"))
    if width * height > MAX_PIXELS:
        raise FileRefused(say("写真が大きすぎます。カメラの設定で小さくして撮ってください。"))
    return strip.jpeg(source) if kind == "image/jpeg" else strip.png(source)


def _jpeg_size(source: BinaryIO) -> tuple[int, int]:
    """Width and height in dots; (0, 0) where it is no photo."""
    from PIL import Image

    try:
        with Image.open(source) as image:  # header only; nothing is decoded
            return image.size
    except Exception:
        return 0, 0


def scanner() -> Scanner | None:
    """The virus scanner that is set (``MADOGUCHI_CLAMD``), None when there is none."""
    if not settings.CLAMD:
        return None
    module, _, name = settings.SCANNER.rpartition(".")
    return cast(Scanner, getattr(import_module(module), name)())


def _scan(source: BinaryIO) -> None:
    """Have the file looked at for viruses. When the scanner is away nothing is taken in: a file nobody looked at would
    lie among those that somebody did."""
    found = scanner()
    if found is None:
        return
    source.seek(0)
    verdict = found.scan(source)
    if isinstance(verdict, Infected):
        log.warning("upload refused by the virus scanner: %s", verdict.name)
        raise FileRefused(say("ウイルスが見つかったため、受け取りませんでした。別のファイルを選ぶか、写真を撮って送ってください。"))
    if isinstance(verdict, Away):
        log.error("virus scanner away: %s", verdict.why)
        raise FileRefused(say("いま、ファイルの安全を確かめられません。数分たってから、もう一度送ってください。ほかの入力は保存されています。"))


def file_keep(
    *, source: BinaryIO, name: str, size: int, owner: str, allowed: Iterable[str] = ("画像", "PDF")
) -> StoredFile:
    """Check, clean and keep an uploaded file. ``allowed`` are names of KINDS. Raises FileRefused.

    The row is written only after the bytes are flushed; a crash in between leaves a nameless file that
    `sweep_strays` removes.
    """
    try:
        kept = _keep(source, name, size, owner, allowed)
    except FileRefused:
        metrics.count("uploads", result="refused")
        raise
    metrics.count("uploads", result="kept")
    return kept


def file_try(*, source: BinaryIO, size: int, allowed: Iterable[str] = ("画像", "PDF")) -> None:
    """Check and clean an uploaded file exactly as `file_keep` does, and keep nothing of it. Raises FileRefused."""
    for _ in _pieces(source, _looked_at(source, size, allowed)):
        pass


def _keep(source: BinaryIO, name: str, size: int, owner: str, allowed: Iterable[str]) -> StoredFile:
    kind = _looked_at(source, size, allowed)
    return _store(_pieces(source, kind), kind=kind, name=name, owner=owner)


def _looked_at(source: BinaryIO, size: int, allowed: Iterable[str]) -> str:
    """The kind of a file that may be taken. Raises FileRefused."""
    limit = settings.UPLOAD_MAX_BYTES
    if size > limit:
        raise FileRefused(say("ファイルが大きすぎます。1つ{n}MBまでです。写真は小さくして撮ってください。", n=limit // 1_000_000))
    if size == 0:
        raise FileRefused(say("ファイルの中身が空です。選び直してください。"))
    kind = sniff(source)
    if kind not in [m for a in allowed for m in KINDS[a]]:
        if kind == "image/heic" and "画像" in set(allowed):
            raise FileRefused(PHONE_PHOTO)
        words = say("写真(JPEG・PNG)・PDF") if {"画像", "PDF"} <= set(allowed) else say("写真(JPEG・PNG)") if "画像" in set(allowed) else "PDF"
        raise FileRefused(say("この種類のファイルは受け取れません。{words}を選んでください。", words=words))
    _scan(source)
    source.seek(0)
    return kind


def file_write(*, data: bytes, name: str, kind: str, owner: str, place: str = "") -> StoredFile:
    """Keep a file the city made itself. With ``place`` the same place again returns the file that is there."""
    if place:
        found = StoredFile.objects.filter(place=place).first()
        if found:
            return found
    return _store([data], kind=kind, name=name, owner=owner, place=place)


def _store(pieces: Iterable[bytes], *, kind: str, name: str, owner: str, place: str = "") -> StoredFile:
    place = place or f"{secrets.token_hex(1)}/{secrets.token_hex(16)}"
    target = Path(settings.FILES_ROOT) / place
    folder_make(target.parent)
    temp = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with temp.open("wb") as out:
            for piece in pieces:
                failpoints.hit("files.write")
                out.write(piece)
                digest.update(piece)
                size += len(piece)
            out.flush()
            os.fsync(out.fileno())
        failpoints.hit("files.before_rename")
        temp.replace(target)
        folder_sync(target.parent)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    failpoints.hit("files.before_row")
    return StoredFile.objects.create(
        place=place, name=Path(name.replace("\\", "/")).name[:150] or "file", kind=kind, size=size,
        sha256=digest.hexdigest(), owner=owner, created_at=clock.now(),
    )


def file_delete(*, file: StoredFile) -> None:
    """Remove row and bytes. The row goes first: a row without bytes would be a broken promise."""
    path = Path(settings.FILES_ROOT) / file.place
    file.delete()
    bytes_remove([path])


def files_forget(*, owners: Iterable[str] = (), ids: Iterable[str] = ()) -> int:
    """Destroy files by owner or id: the rows in the caller's transaction, the bytes once it is committed (what a crash
    leaves, `sweep_strays` takes). Returns how many."""
    rows = list(StoredFile.objects.filter(Q(owner__in=list(owners)) | Q(id__in=list(ids))))
    StoredFile.objects.filter(id__in=[row.id for row in rows]).delete()

    def clear() -> None:
        failpoints.hit("files.forget.before_unlink")
        bytes_remove([Path(settings.FILES_ROOT) / row.place for row in rows])

    transaction.on_commit(clear)
    return len(rows)


def bytes_remove(paths: Iterable[Path]) -> None:
    """Take bytes away that no row names any more. During a backup they stay for `sweep_strays`."""
    with bytes_may_go() as may:
        for path in paths if may else ():
            path.unlink(missing_ok=True)


def sweep_strays(*, older_than: float = 3600) -> int:
    """Remove bytes that no row names (left by a crash) and are older than an hour. Returns how many."""
    with bytes_may_go() as may:
        return _sweep(older_than) if may else 0


def _written_before(path: Path, moment: float) -> bool:
    """Whether it is a file older than that. One that got another name or went a moment ago is none."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_mtime < moment


def _sweep(older_than: float) -> int:
    root, now, gone = Path(settings.FILES_ROOT), clock.now().timestamp(), 0
    old = (path for path in root.rglob("*") if _written_before(path, now - older_than))
    while some := {str(path.relative_to(root)): path for path in itertools.islice(old, SWEPT)}:
        named = set(StoredFile.objects.filter(place__in=[place for place in some if not place.endswith(".part")]).values_list("place", flat=True))
        for place, path in some.items():
            if place not in named:
                path.unlink(missing_ok=True)
                gone += 1
    return gone
