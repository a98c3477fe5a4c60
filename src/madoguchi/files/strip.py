"""Taking position data and other passengers out of photos without touching the picture (no re-encoding: a photo of
damage is evidence). JPEG: only the segments that draw the picture stay, plus orientation and time of day taken.
PNG: only chunks that draw. Everything after the end of the picture goes."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

from madoguchi.kernel.said import say

from .errors import FileRefused

_PNG_KEEP = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"}
_BROKEN = say("写真が壊れているようです。もう一度撮るか、別の写真を選んでください。")
CHUNK = 1 << 16
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
    block = _exif(source)
    source.seek(0)
    if source.read(2) != b"\xff\xd8":
        raise FileRefused(_BROKEN)
    yield b"\xff\xd8"
    if block:
        yield b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
    frames = scans = 0
    while True:
        marker = source.read(2)
        while len(marker) == 2 and marker[1] == 0xFF:  # fill bytes
            marker = marker[1:] + source.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise FileRefused(_BROKEN)
        code = marker[1]
        if code == 0xD9:
            yield marker
            return
        frames += 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC)
        scans += code == 0xDA
        if frames > 1 or scans > SCANS:  # a second size inside one picture, or endless passes
            raise FileRefused(_BROKEN)
        length = struct.unpack(">H", _two(source))[0]
        if length < 2:
            raise FileRefused(_BROKEN)
        body = source.read(length - 2)
        if len(body) < length - 2:
            raise FileRefused(_BROKEN)
        icc = code == 0xE2 and body.startswith(b"ICC_PROFILE")
        if not (0xE0 <= code <= 0xEF or code == 0xFE) or code in (0xE0, 0xEE) or icc:
            yield marker + struct.pack(">H", length) + body
        if code == 0xDA:
            yield from _scan(source)


def _two(source: BinaryIO) -> bytes:
    """Two bytes, or the photo is cut off."""
    found = source.read(2)
    if len(found) < 2:
        raise FileRefused(_BROKEN)
    return found


def _scan(source: BinaryIO) -> Iterator[bytes]:
    """Entropy-coded data up to the next marker, which is left to be read."""
    while True:
        piece = source.read(CHUNK)
        if not piece:
            raise FileRefused(_BROKEN)
        at = 0
        while (at := piece.find(b"\xff", at)) != -1:
            if at + 1 == len(piece):
                piece += source.read(1)
            if at + 1 < len(piece) and piece[at + 1] != 0 and not 0xD0 <= piece[at + 1] <= 0xD7:
                yield piece[:at]
                source.seek(at - len(piece), io.SEEK_CUR)
                return
            at += 2
        yield piece


def png(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a PNG with only the chunks that draw."""
    source.seek(0)
    head = source.read(8)
    if head != b"\x89PNG\r\n\x1a\n":
        raise FileRefused(_BROKEN)
    yield head
    while True:
        start = source.read(8)
        if len(start) < 8:
            raise FileRefused(_BROKEN)
        length, kind = struct.unpack(">I4s", start)
        if length > 1 << 27:
            raise FileRefused(_BROKEN)
        body = source.read(length + 4)
        if len(body) < length + 4:
            raise FileRefused(_BROKEN)
        if kind in _PNG_KEEP:
            yield start + body
        if kind == b"IEND":
            return
