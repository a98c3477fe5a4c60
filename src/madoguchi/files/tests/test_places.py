"""Where a photo was taken goes out of it, also inside a PDF; what draws stays bit for bit; nothing is held in memory whole."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image
from tests.support import papers

from madoguchi.files import strip
from madoguchi.files.disarm import BROKEN
from madoguchi.files.errors import FileRefused
from madoguchi.files.models import StoredFile
from madoguchi.files.public import file_keep, file_open

pytestmark = pytest.mark.django_db
XMP = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><exif:GPSLatitude>37,2.5N</exif:GPSLatitude></x:xmpmeta>"
TOLD = (b"136.9642E", b"TestCam", b"Model 7", b"GPSLatitude", b"2026:11:10", b"Mihon", b"PrivateNote")


def keep(data: bytes, name: str = "paper.pdf", source: io.BytesIO | None = None) -> StoredFile:
    return file_keep(source=source or io.BytesIO(data), name=name, size=len(data), owner="draft:x")


def photo() -> bytes:
    """A telephone's photo with its EXIF block, a comment and a block of XMP."""
    data = papers.jpeg_with_position()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(XMP) + 2) + XMP + data[2:]


def paper(data: bytes, *filters: str, photo: str = "DCT") -> bytes:
    """A page that shows a photo, as scanners and "print to PDF" make it, with everything a program leaves about it."""
    out = io.BytesIO()
    with pikepdf.new() as doc:
        doc.add_blank_page(page_size=(200, 200))
        image = pikepdf.Stream(doc, b"")
        names = [pikepdf.Name(f"/{name}Decode") for name in (*filters, photo)]
        image.write(data, filter=pikepdf.Array(names) if filters else names[0])
        about = pikepdf.Stream(doc, XMP)
        about["/Type"] = pikepdf.Name("/Metadata")
        image.Type, image.Subtype, image.Width, image.Height = pikepdf.Name("/XObject"), pikepdf.Name("/Image"), 64, 48
        image.ColorSpace, image.BitsPerComponent, image.Metadata = pikepdf.Name("/DeviceRGB"), 8, about
        page = doc.pages[0].obj
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=doc.make_indirect(image)))
        page.Contents = pikepdf.Stream(doc, b"q 200 0 0 150 0 0 cm /Photo Do Q")
        page.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private="PrivateNote"))
        page.Elsewhere = about
        doc.docinfo["/Author"], doc.Root.Metadata = "Mihon Hanako", about
        doc.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def drawn(pdf: bytes) -> bytes:
    """The photo of a page, as its file has it."""
    with pikepdf.open(io.BytesIO(pdf)) as doc:
        image = doc.pages[0].obj.Resources.XObject.Photo
        assert str(image.Filter) == "/DCTDecode" or [str(f) for f in image.Filter] == ["/DCTDecode"]
        return bytes(image.read_raw_bytes())


def scan(data: bytes) -> bytes:
    """From where the picture begins to be drawn to its end."""
    return data[data.index(b"\xff\xda"):data.rindex(b"\xff\xd9") + 2]


@pytest.mark.parametrize("packed", [(), ("Flate",)])
def test_a_photo_in_a_pdf_tells_no_place_and_stays_bit_for_bit(places, packed):
    before = photo()
    pdf = paper(zlib.compress(before) if packed else before, *packed)
    assert packed or all(words in pdf for words in TOLD), "the test paper must tell"
    after = file_open(keep(pdf)).read()
    picture = drawn(after)
    for words in TOLD:
        assert words not in after and words not in picture, words
    assert scan(picture) == scan(before)
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(picture)) as new:
        assert dict(new.getexif()) == {} and "comment" not in new.info and "xmp" not in new.info
        assert new.tobytes() == old.tobytes()
    with pikepdf.open(io.BytesIO(after)) as doc:
        assert doc.pages[0].obj.Resources.XObject.Photo.Width == 64
        assert "/Info" not in doc.trailer or not doc.docinfo


def test_a_photo_that_tells_nothing_is_not_touched(places):
    plain = papers.jpeg()
    assert drawn(file_open(keep(paper(plain))).read()) == plain


def test_a_photo_in_a_pdf_may_lack_its_last_marker(places):
    before = photo()
    after = drawn(file_open(keep(paper(before[:-2]))).read())
    assert before[before.index(b"\xff\xda"):-2] == after[after.index(b"\xff\xda"):] and b"TestCam" not in after


@pytest.mark.parametrize("wrong", [lambda: b"no photo at all", lambda: photo()[:300], lambda: b"\xff\xd8" + b"\xff\xe1\x00\x01" * 9])
def test_a_photo_in_a_pdf_that_cannot_be_read_is_refused(places, wrong: Callable[[], bytes]):
    with pytest.raises(FileRefused) as refused:
        keep(paper(wrong()))
    assert refused.value.ja == BROKEN
    assert [p for p in (places / "files").rglob("*") if p.is_file()] == []


def test_a_map_tells_no_place(places):
    out, where = io.BytesIO(), pikepdf.Array([37.0431, 136.9677, 37.0440, 136.9677, 37.0440, 136.9690, 37.0431, 136.9690])
    with pikepdf.open(io.BytesIO(paper(papers.jpeg()))) as doc:
        geo = doc.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name("/Measure"), Subtype=pikepdf.Name("/GEO"), GPTS=where))
        page = doc.pages[0].obj
        page.VP = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name("/Viewport"), BBox=pikepdf.Array([0, 0, 200, 200]), Measure=geo)])
        page.Resources.XObject.Photo.Measure = geo
        page.LGIDict = pikepdf.Dictionary(Registration=where)
        doc.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"136.9677" in out.getvalue(), "the test paper must tell"
    after = file_open(keep(out.getvalue())).read()
    assert b"136.9677" not in after and b"GPTS" not in after and drawn(after) == papers.jpeg()


# --- in pieces


class Counted(io.BytesIO):
    """A file that remembers how much was asked of it at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.most = max(self.most, len(found))
        return found


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_one_chunk(*before: bytes, side: int = 1000) -> bytes:
    """A picture of 3 MB, all of it in one chunk: noise, which does not pack."""
    rows = zlib.compress(b"".join(b"\x00" + bytes((n * n + x * 7) % 251 for x in range(side * 3)) for n in range(side)), 0)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_png_of_one_chunk_passes_in_pieces(places):
    data = png_of_one_chunk(chunk(b"tEXt", b"Comment\x00136.9642E" + bytes(2_000_000)))
    source = Counted(data)
    after = file_open(keep(data, "p.png", source)).read()
    assert source.most <= strip.CHUNK < len(after)
    assert after == png_of_one_chunk()


@pytest.mark.parametrize("make", [photo, lambda: papers.jpeg((2000, 2000))])
def test_a_jpeg_passes_in_pieces(places, make: Callable[[], bytes]):
    data = make()
    source = Counted(data)
    keep(data, "p.jpg", source)
    assert source.most <= strip.CHUNK


@pytest.mark.parametrize("wrong", [
    lambda good: good[:-20], lambda good: good[:40], lambda good: good[:33] + chunk(b"tEXt", b"x")[:-1] + b"?" + good[33:],
    lambda good: good[:20] + b"\x00\x00\x00\x09" + good[24:], lambda good: good[:33] + b"\xff\xff\xff\xffIDAT" + good[41:],
    lambda good: good[:8] + good[33:],
])
def test_a_png_that_is_broken_is_refused_and_leaves_nothing(places, wrong: Callable[[bytes], bytes]):
    bad = wrong(png_of_one_chunk(side=20))
    with pytest.raises(FileRefused):
        keep(bad, "p.png")
    assert [p for p in (places / "files").rglob("*") if p.is_file()] == []
