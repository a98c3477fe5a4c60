"""What a file is comes from its content, and what is refused says what to do."""

from __future__ import annotations

import io

import pytest

from madoguchi.files.errors import FileRefused
from madoguchi.files.public import file_keep
from madoguchi.files.services import HEIF, sniff

pytestmark = pytest.mark.django_db


def phone(brand: bytes) -> bytes:
    """The beginning of a photo as a telephone stores it (ISO 14496-12: a box of its length, its kind and its brand)."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00mif1heic" + b"\x00" * 4000


@pytest.mark.parametrize("brand", sorted(HEIF))
def test_a_photo_of_a_telephone_in_its_own_format_is_told_how_to_become_another(brand):
    assert sniff(io.BytesIO(phone(brand))) == "image/heic"
    with pytest.raises(FileRefused) as refused:
        file_keep(source=io.BytesIO(phone(brand)), name="IMG_0001.jpg", size=4028, owner="draft:x")
    assert "HEIC" in refused.value.ja and "撮り直す" in refused.value.ja


def test_where_no_photo_is_taken_none_is_asked_for():
    with pytest.raises(FileRefused) as refused:
        file_keep(source=io.BytesIO(phone(b"heic")), name="a.heic", size=4028, owner="draft:x", allowed=("PDF",))
    assert "PDFを選んでください" in refused.value.ja
    with pytest.raises(FileRefused) as refused:
        file_keep(source=io.BytesIO(phone(b"isom")), name="a.mp4", size=4028, owner="draft:x")
    assert "この種類のファイルは受け取れません" in refused.value.ja
