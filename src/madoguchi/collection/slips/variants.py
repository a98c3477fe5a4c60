"""Variants of kanji (IVS) of a font: its cmap subtable of format 14 (OpenType 1.9, cmap), which reportlab does not read."""

from __future__ import annotations

import struct


def read(cmap: bytes) -> dict[str, int]:
    """Kanji with selector → glyph. 0: the glyph that the font has for the kanji alone is the right one."""
    found: dict[str, int] = {}
    (tables,) = struct.unpack_from(">H", cmap, 2)
    for number in range(tables):
        platform, encoding, offset = struct.unpack_from(">HHL", cmap, 4 + 8 * number)
        if (platform, encoding) == (0, 5) and struct.unpack_from(">H", cmap, offset) == (14,):
            _selectors(cmap, offset, found)
    return found


def _three(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + 3], "big")


def _selectors(cmap: bytes, start: int, found: dict[str, int]) -> None:
    (records,) = struct.unpack_from(">L", cmap, start + 6)
    for record in range(records):
        at = start + 10 + 11 * record
        selector = chr(_three(cmap, at))
        default, other = struct.unpack_from(">LL", cmap, at + 3)
        if default:
            _default(cmap, start + default, selector, found)
        if other:
            _other(cmap, start + other, selector, found)


def _default(cmap: bytes, at: int, selector: str, found: dict[str, int]) -> None:
    (ranges,) = struct.unpack_from(">L", cmap, at)
    for number in range(ranges):
        first, more = _three(cmap, at + 4 + 4 * number), cmap[at + 7 + 4 * number]
        for code in range(first, first + more + 1):
            found[chr(code) + selector] = 0


def _other(cmap: bytes, at: int, selector: str, found: dict[str, int]) -> None:
    (pairs,) = struct.unpack_from(">L", cmap, at)
    for number in range(pairs):
        place = at + 4 + 5 * number
        found[chr(_three(cmap, place)) + selector] = int.from_bytes(cmap[place + 3:place + 5], "big")
