"""Fonts for PDFs: BIZ UDPGothic for everything, IPAmj Mincho for the rare kanji it lacks, and a report of the rest.

BIZ UDPGothic (OFL) has 11,741 characters and no 𠮷; IPAmj (Debian fonts-ipamj-mincho) has 54,578. Each file is opened once,
when first needed, and read where it lies (truetype). A lock guards drawing: reportlab fonts hold state per document.
"""

from __future__ import annotations

import functools
import mmap
import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTEncoding, TTFont

from .truetype import FontFace

FOLDER = Path(__file__).resolve().parents[4] / "web" / "fonts"
FILE = FOLDER / "BIZUDPGothic_400Regular.ttf"
RARE_PLACES = (  # Debian's own place, then the one of older packages
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"), Path("/usr/share/fonts/opentype/ipamj-mincho/ipamjm.ttf"),
)
GETA = "〓"
DRAWING = threading.Lock()
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPLIT_KANA = re.compile("[\u3041-\u30ff][\u3099\u309a]")


class Mapped:
    """A font file as reportlab opens one, but mapped: of megabytes only the glyphs in use are in memory, once for all workers."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)

    def read(self) -> mmap.mmap:
        """The bytes of the file, where they lie."""
        with open(self.name, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class EmbeddedFont(TTFont):  # type: ignore[misc]
    """A TrueType font whose subsets carry a correct ToUnicode map. reportlab 5.1 writes 𠮷 as five hex digits there, so
    copied and read-aloud text loses it; PDF 32000-1 §9.10.3 wants UTF-16BE and blocks of at most 100."""

    def __init__(self, name: str, path: Path) -> None:
        """As reportlab's own, with a face that leaves the file where it lies."""
        self.fontName, self.face, self.encoding = name, FontFace(Mapped(path)), TTEncoding()
        self.state: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._asciiReadable, self.shapable = 0, False

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802 - reportlab's name
        """The width in points. (reportlab's optional accelerator in C wants a table of all widths.)"""
        return float(size * sum(self.face.getCharWidth(ord(character)) for character in text) / 1000)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Write the subsets, then put right their ToUnicode maps."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("latin-1")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode(subset)


def to_unicode(subset: list[int]) -> str:
    """The ToUnicode CMap of one subset (index → code point)."""
    pairs = [f"<{i:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for i, code in enumerate(subset) if code]
    blocks = [pairs[start:start + 100] for start in range(0, len(pairs), 100)]
    lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
             "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
             "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
             "1 begincodespacerange", "<00> <FF>", "endcodespacerange"]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


@functools.lru_cache(maxsize=8)
def _load(name: str, path: Path) -> TTFont:
    font = EmbeddedFont(name, path)
    pdfmetrics.registerFont(font)
    return font


class Fonts:
    """The fonts of one document: which font draws a character, how wide text is, what nothing can draw."""

    def __init__(self, rare: Path | None = None) -> None:
        """``rare``: a TrueType file for rare kanji; by default the system's IPAmj Mincho if it is installed."""
        self._rare = next((p for p in ((rare,) if rare else RARE_PLACES) if p.is_file()), None)
        self.missing: dict[str, None] = {}
        self._known: dict[str, tuple[str, str, float]] = {}

    def _names(self) -> Iterator[TTFont]:
        yield _load("BIZ", FILE)
        if self._rare:
            yield _load(f"Rare-{self._rare.name}", self._rare)

    def _pick(self, character: str) -> tuple[str, str, float]:
        """(font, what is drawn, its width at one point). Remembered per document: a form measures each kanji often."""
        if character not in self._known:
            # lazily: the rare font is opened only for a character the first one lacks
            font = next((f for f in self._names() if ord(character) in f.face.charToGlyph), None)
            if font is None:
                self.missing[character] = None
            drawn, font = (character, font) if font is not None else (GETA, next(self._names()))
            self._known[character] = (font.fontName, drawn, pdfmetrics.stringWidth(drawn, font.fontName, 1000) / 1000)
        return self._known[character]

    def _pieces(self, text: str) -> Iterator[tuple[str, str, float]]:
        text = _SPLIT_KANA.sub(lambda m: unicodedata.normalize("NFC", m[0]), text)
        for at, character in enumerate(text):
            if _SELECTOR.match(character):
                self.missing[text[max(at - 1, 0):at + 1]] = None
            else:
                yield self._pick(" " if character in "\t\u00a0" else character)

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text as (font, piece). A character without a glyph becomes 〓 and is noted in ``missing``; so is the
        kanji before a variation selector, because the variant itself is not drawn."""
        out: list[list[str]] = []
        for font, drawn, _ in self._pieces(text):
            if out and out[-1][0] == font:
                out[-1][1] += drawn
            else:
                out.append([font, drawn])
        return [(font, piece) for font, piece in out]

    def width(self, text: str, size: float) -> float:
        """The width in points."""
        return size * sum(width for _, _, width in self._pieces(text))
