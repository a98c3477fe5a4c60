"""Taking EXIF, XMP and comments out of a JPEG 2000 inside a PDF (ISO 15444-1 annex I: boxes; annex A: markers). What draws stays bit for bit."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .errors import FileRefused
from .strip import BROKEN_PHOTO

PASSENGERS = {b"uuid", b"uinf", b"xml ", b"asoc", b"lbl ", b"free", b"skip", b"jp2i"}  # none of them draws
SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
START, TILE, COMMENT = b"\xff\x4f", b"\xff\x90", b"\xff\x64"


def bare(data: bytes) -> bytes:
    """A JPEG 2000 without its passengers: a file with boxes, or the drawn data alone. Raises FileRefused."""
    if data.startswith(START):
        return _without_comments(data)
    if not data.startswith(SIGNATURE):
        raise FileRefused(BROKEN_PHOTO)
    return b"".join(_boxes(data))


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", _piece(data, at, 8))
        head = 8
        if length == 1:
            length, head = struct.unpack(">Q", _piece(data, at + 8, 8))[0], 16
        length = length or len(data) - at  # 0: to the end of the file
        if length < head or at + length > len(data):
            raise FileRefused(BROKEN_PHOTO)
        if kind == b"jp2c":
            body = _without_comments(data[at + head : at + length])
            yield struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
        elif kind not in PASSENGERS:
            yield data[at : at + length]
        at += length


def _without_comments(stream: bytes) -> bytes:
    """The markers before the first tile, without those that only say something."""
    if not stream.startswith(START):
        raise FileRefused(BROKEN_PHOTO)
    kept, at = [START], 2
    while (marker := _piece(stream, at, 2)) != TILE:
        length = struct.unpack(">H", _piece(stream, at + 2, 2))[0]
        if length < 2:
            raise FileRefused(BROKEN_PHOTO)
        if marker != COMMENT:
            kept.append(_piece(stream, at, length + 2))
        at += length + 2
    return b"".join(kept) + stream[at:]


def _piece(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) < size:
        raise FileRefused(BROKEN_PHOTO)
    return found
