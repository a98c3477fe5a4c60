"""A JPEG 2000 inside a PDF (scanners and macOS make them) tells nothing of where it was taken either."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
import pytest
from PIL import Image

from madoguchi.files.disarm import BROKEN
from madoguchi.files.errors import FileRefused
from madoguchi.files.public import file_open

from .test_places import TOLD, XMP, keep, paper

pytestmark = pytest.mark.django_db


def jpeg2000(**made: bool) -> bytes:
    """With a comment in the drawn data and, where it is a file, EXIF and XMP in boxes of their own."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 120, 40)).save(out, "JPEG2000", comment="PrivateNote", **made)
    data = out.getvalue()
    if made.get("no_jp2"):
        return data
    box = struct.pack(">I4s", len(XMP) + 24, b"uuid") + bytes(range(16)) + XMP
    return data + box + struct.pack(">I4s", len(XMP) + 8, b"xml ") + XMP


@pytest.mark.parametrize("made", [{}, {"no_jp2": True}])
@pytest.mark.parametrize("filters", [(), ("Flate",)])
def test_a_jpeg_2000_in_a_pdf_tells_no_place_and_draws_the_same(made: dict[str, bool], filters: tuple[str, ...]) -> None:
    before = jpeg2000(**made)
    assert b"PrivateNote" in before and (made or b"GPSLatitude" in before), "the test photo must tell"
    after = file_open(keep(paper(zlib.compress(before) if filters else before, *filters, photo="JPX"))).read()
    with pikepdf.open(io.BytesIO(after)) as doc:
        image = doc.pages[0].obj.Resources.XObject.Photo
        assert str(image.Filter) == "/JPXDecode" or (len(image.Filter) == 1 and str(image.Filter[0]) == "/JPXDecode")
        found = bytes(image.read_raw_bytes())
    assert not [word for word in TOLD if word in after or word in found]
    with Image.open(io.BytesIO(found)) as now, Image.open(io.BytesIO(before)) as then:
        assert now.tobytes() == then.tobytes() and now.size == (64, 48)


@pytest.mark.parametrize("cut", [20, 60, 90])
def test_a_jpeg_2000_that_ends_in_its_head_is_refused(cut: int) -> None:
    with pytest.raises(FileRefused) as refused:
        keep(paper(jpeg2000()[:cut], photo="JPX"))
    assert refused.value.ja == BROKEN
