"""A small PDF writer for many pages with the same fonts: pages go out as they come, memory holds one page and offsets.

reportlab keeps a document until it is saved and encodes text by subsets of 256; measured in docs/adr/0032. Fonts are
written at the end, when it is known which characters they need (PDF 32000-1, 9.7: Type0, CIDFontType2, Identity-H).
"""

from __future__ import annotations

import threading
import zlib
from array import array
from typing import Any, BinaryIO

from . import ocr
from .faces import Face, Type

MM = 72 / 25.4
WIDTH, HEIGHT = 595.276, 841.89  # A4
CATALOG, PAGES, RESOURCES, INFO = 1, 2, 3, 4
LEVEL = 3  # of zlib: half the size of level 1's overhead, a tenth of a millisecond a page
_SUBSETTING = threading.Lock()  # reportlab's font file has one reading position


class PdfFile:
    """One PDF being written to a binary stream."""

    def __init__(self, out: BinaryIO, type_: Type, *, title: str, author: str) -> None:
        self.out, self.type = out, type_
        self.title, self.author = title, author
        self.at = 0
        self.offsets = array("Q", [0] * 5)
        self.kids = array("L")
        self.forms: dict[str, int] = {}
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self.at += len(data)

    def put(self, body: bytes, number: int = 0) -> int:
        """One object; its number is the next free one unless given."""
        if not number:
            number = len(self.offsets)
            self.offsets.append(0)
        self.offsets[number] = self.at
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def stream(self, data: bytes, entries: str = "") -> int:
        """One compressed stream object."""
        packed = zlib.compress(data, LEVEL)
        return self.put(b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(packed), packed))

    def form(self, name: str, content: str, box: tuple[float, float, float, float]) -> None:
        """Something drawn on many pages: written once, called by name."""
        edges = " ".join(f"{edge:.2f}" for edge in box)
        self.forms[name] = self.stream(content.encode("ascii"), f"/Type/XObject/Subtype/Form/BBox[{edges}]/Resources 3 0 R")

    def page(self, content: str) -> None:
        """One A4 page."""
        number = self.stream(content.encode("ascii"))
        self.kids.append(self.put(b"<</Type/Page/Parent 2 0 R/Contents %d 0 R>>" % number))

    def close(self) -> None:
        """Fonts, the tree of pages, the table of objects."""
        fonts = {name: self._font(face_of_name(self.type, name), used) for name, used in self.type.used.items() if used}
        fonts["F9"] = self._ocr()
        listed = "".join(f"/{name} {number} 0 R" for name, number in fonts.items())
        forms = "".join(f"/{name} {number} 0 R" for name, number in self.forms.items())
        self.put(f"<</Font<<{listed}>>/XObject<<{forms}>>>>".encode(), RESOURCES)
        kids = " ".join(f"{kid} 0 R" for kid in self.kids)
        self.put(f"<</Type/Pages/Count {len(self.kids)}/Kids[{kids}]/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources 3 0 R>>".encode(), PAGES)
        self.put(b"<</Type/Catalog/Pages 2 0 R/Lang(ja-JP)/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>", CATALOG)
        self.put(f"<</Title{_said(self.title)}/Author{_said(self.author)}/Producer(madoguchi)>>".encode(), INFO)
        start, count = self.at, len(self.offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        self._write(b"".join(b"%010d 00000 n \n" % offset for offset in self.offsets[1:]))
        self._write(b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start))

    def _font(self, face: Face, used: set[str]) -> int:
        """The subset of one face, with the words that its glyphs stand for."""
        file: Any = face.file
        known = {face.code(text): text for text in used if face.glyphs[text]}
        codes = sorted(known)
        with _SUBSETTING:
            data = file.makeSubset(codes)
        places: dict[int, int] = {0: 0}
        said: dict[int, str] = {}
        for code in codes:  # in the order in which makeSubset numbers them
            places.setdefault(file.charToGlyph[code], len(places))
            said.setdefault(file.charToGlyph[code], known[code])
        table = bytearray(2 * (max(places) + 1))
        for glyph, place in places.items():
            table[2 * glyph:2 * glyph + 2] = place.to_bytes(2, "big")
        name = f"{_tag(codes)}+{file.name.decode('latin-1')}"
        embedded = self.stream(data, f"/Length1 {len(data)}")
        box = " ".join(f"{edge:.0f}" for edge in file.bbox)
        described = self.put((
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0/Ascent {file.ascent:.0f}"
            f"/Descent {file.descent:.0f}/CapHeight {file.capHeight:.0f}/StemV {file.stemV}/FontFile2 {embedded} 0 R>>").encode())
        widths = " ".join(f"{glyph}[{face.widths[text] * 1000:.0f}]" for glyph, text in sorted(said.items()))
        inner = self.put((
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {described} 0 R/DW {file.defaultWidth:.0f}/W[{widths}]/CIDToGIDMap {self.stream(bytes(table))} 0 R>>").encode())
        words = self.stream(_to_unicode({f"{glyph:04X}": text for glyph, text in sorted(said.items())}, 2).encode())
        return self.put((f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{inner} 0 R]"
                         f"/ToUnicode {words} 0 R>>").encode())

    def _ocr(self) -> int:
        """The digits of the line for readers: ten strokes each, as a font so that they are text."""
        drawn = {name: self.stream(strokes.encode()) for name, strokes in ocr.glyphs().items()}
        procs = "".join(f"/{name} {number} 0 R" for name, number in drawn.items())
        words = self.stream(_to_unicode({f"{code:02X}": chr(code) for code in (32, *range(48, 58))}, 1).encode())
        widths = " ".join(["1000"] * 26)
        return self.put((
            f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<<{procs}>>"
            f"/Encoding<</Differences[32/space 48/zero/one/two/three/four/five/six/seven/eight/nine]>>/FirstChar 32/LastChar 57"
            f"/Widths[{widths}]/Resources<<>>/ToUnicode {words} 0 R>>").encode())


def face_of_name(type_: Type, name: str) -> Face:
    """F1 is the main face, F2 the one for rare kanji."""
    if name == "F1":
        return type_.main
    assert type_.rare is not None
    return type_.rare


def _tag(codes: list[int]) -> str:
    """Six capitals that name this subset."""
    number = zlib.crc32(",".join(map(str, codes)).encode())
    return "".join(chr(65 + number // 26**place % 26) for place in range(6))


def _said(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _to_unicode(words: dict[str, str], size: int) -> str:
    """A ToUnicode map (PDF 32000-1, 9.10.3: UTF-16BE, blocks of at most a hundred)."""
    pairs = [f"<{code}><{text.encode('utf-16-be').hex().upper()}>" for code, text in words.items()]
    blocks = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n"
                     for block in (pairs[at:at + 100] for at in range(0, len(pairs), 100)))
    return ("/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def"
            "/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 begincodespacerange "
            f"<{'00' * size}><{'FF' * size}> endcodespacerange\n{blocks}endcmap CMapName currentdict/CMap defineresource pop end end")
