"""A TrueType font read where it lies. reportlab makes Python objects of whole tables when it opens one: 5 MB and 0.06 s for BIZ UDPGothic,
60 MB and 0.3 s for IPAmj Mincho, of which a document needs a few hundred glyphs. Here the file is mapped (once for all workers) and a glyph
is looked up when it is asked for. (OpenType 1.9: cmap, hmtx, loca, glyf.)"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from reportlab.pdfbase.ttfonts import TTFontFace, TTFontFile

HEAD_LOCA, HHEA_WIDTHS = 50, 34  # where head says how wide loca is, and hhea how many glyphs have a width of their own
SEGMENTS, GROUPS = 4, 12  # the two forms of cmap that fonts of today have


def _numbers(data: Any, at: int, count: int, kind: str) -> array[int]:
    found = array(kind, data[at:at + count * array(kind).itemsize])
    if sys.byteorder == "little":
        found.byteswap()
    return found


class Characters(dict[int, int]):
    """Code point → glyph of a cmap. What was asked for is kept; a code of one's own may be put in."""

    def __init__(self, data: Any, at: int, form: int) -> None:
        super().__init__()
        self._data, self._at = data, at
        self._place: Callable[[int, int], int]
        if form == GROUPS:
            (count,) = struct.unpack_from(">L", data, at + 12)
            groups = _numbers(data, at + 16, 3 * count, "I")
            self._first, self._last, self._glyph = groups[0::3], groups[1::3], groups[2::3]
            self._place = self._of_group
        else:
            (double,) = struct.unpack_from(">H", data, at + 6)
            count = double // 2
            self._last, self._first, self._delta, self._range = (
                _numbers(data, at + 14 + part * double + (2 if part else 0), count, "H") for part in range(4))
            self._ranges = at + 16 + 3 * double
            self._place = self._of_segment

    def _of_group(self, group: int, code: int) -> int:
        return self._glyph[group] + code - self._first[group]

    def _of_segment(self, segment: int, code: int) -> int:
        if not self._range[segment]:
            return (code + self._delta[segment]) & 0xFFFF
        at = self._ranges + 2 * segment + self._range[segment] + 2 * (code - self._first[segment])
        (glyph,) = struct.unpack_from(">H", self._data, at)
        return (glyph + self._delta[segment]) & 0xFFFF if glyph else 0

    def _found(self, code: int) -> int | None:
        if code == 0xA0:
            code = 0x20  # as reportlab has it: a space that is not broken is drawn as a space
        at = bisect_left(self._last, code)
        return self._place(at, code) if at < len(self._last) and self._first[at] <= code else None

    def get(self, code: int, default: Any = None) -> Any:
        """The glyph, or ``default`` where the font has none for it."""
        if not dict.__contains__(self, code):
            found = self._found(code)
            if found is None:
                return default
            self[code] = found
        return dict.__getitem__(self, code)

    def __missing__(self, code: int) -> int:
        found = self.get(code)
        if found is None:
            raise KeyError(code)
        return int(found)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int) and self.get(code) is not None

    def keys(self) -> Any:
        """Every code point of the font (for one that is embedded whole)."""
        return {code for first, last in zip(self._first, self._last, strict=True) for code in range(first, last + 1)}


class Metrics:
    """Glyph → (width, bearing) in the font's own units: the last glyphs of a file share the width of the one before them."""

    def __init__(self, data: Any, at: int, own: int) -> None:
        self._data, self._at, self._own = data, at, own

    def __getitem__(self, glyph: int) -> tuple[int, int]:
        if glyph < self._own:
            width, bearing = struct.unpack_from(">HH", self._data, self._at + 4 * glyph)
            return width, bearing
        (width,) = struct.unpack_from(">H", self._data, self._at + 4 * self._own - 4)
        (bearing,) = struct.unpack_from(">H", self._data, self._at + 4 * self._own + 2 * (glyph - self._own))
        return width, bearing


class Places:
    """Glyph → where its outline begins in glyf."""

    def __init__(self, data: Any, at: int, wide: bool) -> None:
        self._data, self._at, self._wide = data, at, wide

    def __getitem__(self, glyph: int) -> int:
        if self._wide:
            return int(struct.unpack_from(">L", self._data, self._at + 4 * glyph)[0])
        return 2 * int(struct.unpack_from(">H", self._data, self._at + 2 * glyph)[0])


class Outlines:
    """The table glyf: cut out glyph by glyph, where reportlab would copy four megabytes for each document."""

    def __init__(self, data: Any, at: int, length: int) -> None:
        self._data, self._at, self._length = data, at, length

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._length)
        return bytes(self._data[self._at + start:self._at + stop])


class _Widths:
    """Code point → width in thousandths."""

    def __init__(self, face: Any) -> None:
        self._face = face

    def get(self, code: int, default: float) -> float:
        glyph = self._face.charToGlyph.get(code)
        return default if glyph is None else self._face.width_of(glyph)


class _Lean:
    """What a font file of reportlab's knows of characters and glyphs, looked up instead of read out. A file whose cmap has another form
    is read by reportlab."""

    def extractInfo(self: Any, charInfo: int = 1) -> None:  # noqa: N802, N803 - reportlab's names
        """Names and measures of the font; its tables stay in the file."""
        super().extractInfo(0)  # type: ignore[misc]
        data, cmap = self._ttf_data, self._cmap()
        (form,) = struct.unpack_from(">H", data, cmap)
        if form not in (SEGMENTS, GROUPS):
            super().extractInfo(charInfo)  # type: ignore[misc]
            return
        (own,) = struct.unpack_from(">H", data, self.get_table_pos("hhea")[0] + HHEA_WIDTHS)
        (wide,) = struct.unpack_from(">H", data, self.get_table_pos("head")[0] + HEAD_LOCA)
        self.charToGlyph = Characters(data, cmap, form)
        self.hmetrics = Metrics(data, self.get_table_pos("hmtx")[0], own)
        self.glyphPos = Places(data, self.get_table_pos("loca")[0], bool(wide))
        self.charWidths, self.defaultWidth = _Widths(self), self.width_of(0)

    def width_of(self: Any, glyph: int) -> float:
        """The width of a glyph in thousandths."""
        return float(self._pdfScale(self.hmetrics[glyph][0]))

    def get_table(self: Any, tag: str) -> Any:
        """A table of the file; the outlines as something to cut from."""
        return Outlines(self._ttf_data, *self.get_table_pos(tag)) if tag == "glyf" else super().get_table(tag)  # type: ignore[misc]

    def _cmap(self: Any) -> int:
        """Where the subtable of characters begins: the one reportlab takes (the last of Unicode, without the one of variants)."""
        start = self.get_table_pos("cmap")[0]
        return int(max(self._subtables(start))[1])

    def _subtables(self: Any, start: int) -> Iterator[tuple[tuple[bool, int], int]]:
        (count,) = struct.unpack_from(">H", self._ttf_data, start + 2)
        for number in range(count):
            platform, encoding, offset = struct.unpack_from(">HHL", self._ttf_data, start + 4 + 8 * number)
            if (platform, encoding) != (0, 5):
                yield (platform in (0, 3), number), start + offset


class FontFile(_Lean, TTFontFile):  # type: ignore[misc]
    """A font file to cut subsets from."""


class FontFace(_Lean, TTFontFace):  # type: ignore[misc]
    """A font file as the face of a font of reportlab's."""
