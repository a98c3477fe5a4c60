"""Taking position data and other passengers out of photos without touching the picture (no re-encoding: a photo of
damage is evidence). JPEG: only the segments that draw the picture stay, plus orientation and time of day taken.
PNG: only chunks that draw. Everything after the end of the picture goes. No read is longer than CHUNK."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from madoguchi.kernel.said import say

from .errors import FileRefused

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEEP = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"}
BROKEN_PHOTO = say("写真が壊れているようです。もう一度撮るか、別の写真を選んでください。")
CHUNK = 1 << 16
LONGEST = 1 << 27  # bytes of one chunk of a PNG
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.S)  # in drawn data: neither a stuffed byte nor a restart
SCANS = 100  # passes over the picture: a telephone's photo has one, a progressive one ten; thousands keep a viewer busy for hours


def _exif(source: BinaryIO) -> bytes:
    """A new EXIF block with orientation and the time the photo was taken, nothing else."""
    from PIL import Image

    source.seek(0)
    with Image.open(source) as image:
        old = image.getexif()
        kept = Image.Exif()
        if 0x0112 in old:
            kept[0x0112] = old[0x0112]
        taken = old.get_ifd(0x8769).get(0x9003) or old.get(0x0132)
        if taken:
            kept[0x0132] = str(taken)[:19]
    return kept.tobytes()


def jpeg(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a JPEG without its passengers. Reads in pieces."""
    return _segments(source, _exif(source))


def bare_jpeg(source: BinaryIO) -> Iterator[bytes]:
    """A JPEG inside a document, without any passenger: there no reader asks how the camera was held, and a picture that ends without
    its end marker is drawn all the same."""
    return _segments(source, b"", ends=False)


def _segments(source: BinaryIO, block: bytes, *, ends: bool = True) -> Iterator[bytes]:
    source.seek(0)
    if source.read(2) != b"\xff\xd8":
        raise FileRefused(BROKEN_PHOTO)
    yield b"\xff\xd8"
    if block:
        yield b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
    frames = scans = 0
    while True:
        marker = source.read(2)
        while len(marker) == 2 and marker[1] == 0xFF:  # fill bytes
            marker = marker[1:] + source.read(1)
        if not marker and scans and not ends:
            return
        if len(marker) < 2 or marker[0] != 0xFF:
            raise FileRefused(BROKEN_PHOTO)
        code = marker[1]
        if code == 0xD9:
            yield marker
            return
        frames += 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC)
        scans += code == 0xDA
        if frames > 1 or scans > SCANS:  # a second size inside one picture, or endless passes
            raise FileRefused(BROKEN_PHOTO)
        length = struct.unpack(">H", _two(source))[0]
        if length < 2:
            raise FileRefused(BROKEN_PHOTO)
        body = source.read(length - 2)
        if len(body) < length - 2:
            raise FileRefused(BROKEN_PHOTO)
        icc = code == 0xE2 and body.startswith(b"ICC_PROFILE")
        if not (0xE0 <= code <= 0xEF or code == 0xFE) or code in (0xE0, 0xEE) or icc:
            yield marker + struct.pack(">H", length) + body
        if code == 0xDA:
            yield from _scan(source, ends=ends)


def _two(source: BinaryIO) -> bytes:
    """Two bytes, or the photo is cut off."""
    found = source.read(2)
    if len(found) < 2:
        raise FileRefused(BROKEN_PHOTO)
    return found


def _scan(source: BinaryIO, *, ends: bool) -> Iterator[bytes]:
    """Entropy-coded data up to the next marker, which is left to be read."""
    while True:
        piece = source.read(CHUNK)
        if not piece:
            if ends:
                raise FileRefused(BROKEN_PHOTO)
            return
        if piece.endswith(b"\xff"):
            piece += source.read(1)
        if found := _MARKER.search(piece):
            yield piece[: found.start()]
            source.seek(found.start() - len(piece), io.SEEK_CUR)
            return
        yield piece


def png_size(source: BinaryIO) -> tuple[int, int]:
    """Width and height in dots, as the first chunk says; (0, 0) where it is none. Not by Pillow, which reads whole chunks."""
    source.seek(0)
    head = source.read(33)
    good = len(head) == 33 and head[:16] == _PNG + b"\x00\x00\x00\rIHDR" and zlib.crc32(head[12:29]) == int.from_bytes(head[29:], "big")
    return struct.unpack(">II", head[16:24]) if good else (0, 0)


def png(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a PNG with only the chunks that draw. Reads in pieces: the whole picture may be one chunk."""
    source.seek(0)
    if source.read(8) != _PNG:
        raise FileRefused(BROKEN_PHOTO)
    yield _PNG
    kind, drawn = b"", False
    while kind != b"IEND":
        start = source.read(8)
        if len(start) < 8:
            raise FileRefused(BROKEN_PHOTO)
        length, kind = struct.unpack(">I4s", start)
        if length > LONGEST:
            raise FileRefused(BROKEN_PHOTO)
        drawn = drawn or kind == b"IDAT"
        pieces = _chunk(source, length, zlib.crc32(kind), checked=not drawn)
        if kind in _PNG_KEEP:
            yield start
            yield from pieces
        else:
            for _ in pieces:
                pass


def _chunk(source: BinaryIO, left: int, crc: int, *, checked: bool) -> Iterator[bytes]:
    """What a chunk holds, and its check sum, which must fit where the picture has not begun: there a viewer gives up."""
    while left:
        piece = source.read(min(left, CHUNK))
        if not piece:
            raise FileRefused(BROKEN_PHOTO)
        left -= len(piece)
        crc = zlib.crc32(piece, crc) if checked else crc
        yield piece
    told = source.read(4)
    if len(told) < 4 or (checked and int.from_bytes(told, "big") != crc):
        raise FileRefused(BROKEN_PHOTO)
    yield told
