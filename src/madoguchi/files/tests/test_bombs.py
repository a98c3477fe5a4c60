"""What is packed to burst is refused in bounded time and memory, and nothing of it stays."""

from __future__ import annotations

import base64
import io
import resource
import struct
import zlib

import pikepdf
import pytest
from tests.support import papers

from madoguchi.files import cell
from madoguchi.files.errors import FileRefused
from madoguchi.files.public import file_keep, file_open

MB = 1_000_000
OURS = 150  # MB that this process itself may grow by
pytestmark = pytest.mark.django_db


def keep(data: bytes, name: str = "paper.pdf"):
    return file_keep(source=io.BytesIO(data), name=name, size=len(data), owner="draft:x")


def zeros(size: int) -> bytes:
    """Deflated zeros: one packed block again and again."""
    engine = zlib.compressobj(9)
    head = engine.compress(bytes(MB)) + engine.flush(zlib.Z_FULL_FLUSH)
    block = engine.compress(bytes(MB)) + engine.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size // MB - 1) + engine.flush()


def with_stream(raw: bytes, **head) -> bytes:
    """A page with one stream as it is given, still packed."""
    out = io.BytesIO()
    with pikepdf.new() as doc:
        doc.add_blank_page(page_size=(200, 200))
        stream = pikepdf.Stream(doc, b"")
        filters = head.pop("filter", pikepdf.Name("/FlateDecode"))
        stream.write(raw, filter=filters)
        for key, value in head.items():
            stream[f"/{key}"] = value
        doc.pages[0].obj.Contents = doc.make_indirect(stream)
        doc.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def packed_objects() -> bytes:
    """A cross-reference table whose one object stream unpacks to two gigabytes."""
    raw = zeros(2000 * MB)
    parts = [b"%PDF-1.5\n"]
    at = {1: len(parts[0])}
    parts.append(b"1 0 obj<</Type/ObjStm/N 2/First 12/Filter/FlateDecode/Length %d>>stream\n" % len(raw) + raw + b"\nendstream endobj\n")
    xref_at = sum(map(len, parts))
    table = struct.pack(">BIB", 0, 0, 0) + struct.pack(">BIB", 1, at[1], 0) + struct.pack(">BIB", 2, 1, 0) + struct.pack(">BIB", 2, 1, 1)
    table += struct.pack(">BIB", 1, xref_at, 0)
    parts.append(b"4 0 obj<</Type/XRef/Size 5/W[1 4 1]/Root 2 0 R/Length %d>>stream\n" % len(table) + table + b"\nendstream endobj\n")
    return b"".join(parts) + b"startxref\n%d\n%%%%EOF" % xref_at


def many_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as doc:
        for _ in range(3000):
            doc.add_blank_page(page_size=(200, 200))
        doc.save(out)
    return out.getvalue()


def nested(depth: int = 200_000) -> bytes:
    body = papers.pdf()
    return body.replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * depth + b"]" * depth, 1)


def processor() -> float:
    """Processor seconds that ended child processes took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


BOMBS = {
    "a page that unpacks to gigabytes": lambda: with_stream(zeros(4000 * MB)),
    "packed twice": lambda: with_stream(zlib.compress(zeros(1000 * MB)), filter=pikepdf.Array([pikepdf.Name("/FlateDecode")] * 2)),
    "objects that unpack to gigabytes": packed_objects,
    "thousands of pages": many_pages,
    "nested objects": nested,
    "a photo packed twice": lambda: with_stream(
        base64.a85encode(zeros(2000 * MB)) + b"~>", filter=pikepdf.Array([pikepdf.Name(f"/{n}Decode") for n in ("ASCII85", "Flate", "DCT")])),
    "a picture of a million by a million": lambda: with_stream(b"x", Width=1_000_000, Height=1_000_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_bounded_time_and_memory(places, name):
    bomb = BOMBS[name]()
    assert len(bomb) < 10 * MB, "it would pass as an upload"
    before, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, processor()
    with pytest.raises(FileRefused) as refused:
        keep(bomb)
    assert processor() - spent <= cell.CPU + 2, "seconds of processor, whatever else the machine does meanwhile"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown < OURS, f"{grown} MB"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 1.2 * cell.MEMORY
    assert "ください" in refused.value.ja
    assert [p for p in (places / "files").rglob("*") if p.is_file()] == []


def test_a_large_scan_is_no_bomb(places):
    """A page of 600 dpi in colour has 100 MB."""
    assert keep(with_stream(zeros(100 * MB))).kind == "application/pdf"


def test_a_stream_stays_as_it_came(places):
    raw = zlib.compress(b"q Q " * 1000, 1)
    kept = keep(with_stream(raw))
    assert raw in file_open(kept).read()


def test_pictures_with_impossible_sizes_or_endless_passes_are_refused(places):
    photo = papers.jpeg()
    scan = photo[photo.index(b"\xff\xda"):-2]
    sof = photo[photo.index(b"\xff\xc0"):]
    frame = sof[: 2 + struct.unpack(">H", sof[2:4])[0]]
    for bad in (papers.png_bomb(), photo[:-2] + scan * 200 + b"\xff\xd9", photo[: photo.index(b"\xff\xda")] + frame + scan + b"\xff\xd9"):
        with pytest.raises(FileRefused):
            keep(bad, "photo.jpg")
    assert keep(photo, "photo.jpg").kind == "image/jpeg"
