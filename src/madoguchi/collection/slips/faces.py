"""Fonts of the slips: which glyph draws a character, how wide text is, what nothing can draw.

The same two fonts as the letters of the city hall (BIZ UDPGothic, IPAmj Mincho for what it lacks). Glyphs are written by
their number in the font file, so what is encoded once is good for every file; only the subset at the end is per file.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madoguchi.procedures.rules.faces.pdf.fonts import FILE, GETA, RARE_PLACES, Mapped
from madoguchi.procedures.rules.faces.pdf.truetype import FontFile

from . import variants

SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPLIT_KANA = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_PIECES = re.compile("[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]?|.", re.DOTALL)
VARIANT = 0x200000
_ODD = re.compile("[\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef\x00-\x1f\x7f\u00a0]")


class Glyphs(dict[str, str]):
    """Character (or kanji with selector) → four hexadecimal digits of its glyph, filled as they come; "" where there is none."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self.face = face

    def __missing__(self, text: str) -> str:
        number = self.face.glyph(text)
        self[text] = f"{number:04X}" if number else ""
        return self[text]


class Widths(dict[str, float]):
    """Character (or kanji with selector) → its width at one point."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self.face = face

    def __missing__(self, text: str) -> float:
        self[text] = self.face.file.hmetrics[self.face.glyph(text)][0] / self.face.file.unitsPerEm
        return self[text]


class Face:
    """One font file, read once a process."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.file: Any = FontFile(Mapped(path))
        self.glyphs, self.widths = Glyphs(self), Widths(self)

    @functools.cached_property
    def variants(self) -> dict[str, int]:
        """Which variants of kanji the file has."""
        return variants.read(self.file.get_table("cmap"))

    def glyph(self, text: str) -> int:
        """The number of a glyph; 0 is none."""
        if len(text) == 2:
            number = self.variants.get(text)
            if number:
                return number
            return 0 if number is None else self.glyph(text[0])
        return int(self.file.charToGlyph.get(ord(text), 0))

    def code(self, text: str) -> int:
        """How the subsetter knows it: by its code point, a variant by a code of its own beyond Unicode."""
        if len(text) == 1:
            return ord(text)
        code = VARIANT + self.glyph(text)
        self.file.charToGlyph[code] = self.glyph(text)
        return code


@functools.lru_cache(maxsize=4)
def face_of(name: str, path: Path) -> Face:
    """A font file, opened once a process; the second (rare kanji) only when needed."""
    return Face(name, path)


def rare_place() -> Path | None:
    """The font for rare kanji, if it is installed."""
    return next((p for p in RARE_PLACES if p.is_file()), None)


def pieces(text: str) -> list[str]:
    """What is drawn as one glyph each: split kana joined, odd spaces made plain, a selector with its kanji."""
    text = _SPLIT_KANA.sub(lambda m: unicodedata.normalize("NFC", m[0]), text)
    return _PIECES.findall(re.sub("[\x00-\x1f\x7f\u00a0]", " ", text))


class Type:
    """The fonts of one file being written. ``used`` is what each subset must hold, ``missing`` what no font could draw, ``narrow`` texts that
    had to be drawn so narrow that nobody reads them."""

    def __init__(self, rare: Path | None = None) -> None:
        self.main = face_of("F1", FILE)
        self._rare = rare if rare is not None else rare_place()
        self.used: dict[str, set[str]] = {"F1": set()}
        self.missing: dict[str, None] = {}
        self.narrow: dict[str, None] = {}
        self.lines: dict[tuple[str, float, float], list[str]] = {}

    @property
    def rare(self) -> Face | None:
        """IPAmj, opened when first asked for."""
        return face_of("F2", self._rare) if self._rare and self._rare.is_file() else None

    def runs(self, text: str) -> list[tuple[str, str, float]]:
        """(font, hexadecimal glyphs, width at one point). A character without a glyph becomes 〓 and is reported."""
        main = self.main
        if not _ODD.search(text):
            glyphs = list(map(main.glyphs.__getitem__, text))
            if "" not in glyphs:
                self.used["F1"].update(text)
                return [("F1", "".join(glyphs), sum(map(main.widths.__getitem__, text)))]
        return [self._one(piece) for piece in pieces(text)]

    def _one(self, piece: str) -> tuple[str, str, float]:
        face, drawn = self._chosen(piece)
        if drawn != piece:
            self.missing[piece] = None
        self.used.setdefault(face.name, set()).add(drawn)
        return face.name, face.glyphs[drawn], face.widths[drawn]

    def _chosen(self, piece: str) -> tuple[Face, str]:
        """The face and what it draws: the piece itself, a kanji without its selector, or 〓."""
        for face in self._faces():
            if face.glyphs[piece]:
                return face, piece
        return self._chosen(piece[0]) if len(piece) == 2 else (self.main, GETA)

    def _faces(self) -> Iterator[Face]:
        yield self.main  # the second is opened only for what the first lacks
        if rare := self.rare:
            yield rare

    def width(self, text: str) -> float:
        """The width at one point. Nothing is drawn, so nothing is noted as used or missing."""
        if not _ODD.search(text):
            glyphs = list(map(self.main.glyphs.__getitem__, text))
            if "" not in glyphs:
                return sum(map(self.main.widths.__getitem__, text))
        return sum(face.widths[drawn] for face, drawn in map(self._chosen, pieces(text)))
