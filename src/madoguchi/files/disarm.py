"""Taking scripts, launchers, attached files and document data out of a PDF, and out of its photos where and with what they were
taken. The pages stay as they are. What would burst in the reader's hands (streams that unpack to gigabytes, endless pages) is
refused. Runs inside files.cell."""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from madoguchi.kernel.said import say

from . import jpx, strip
from .errors import FileRefused

# Actions that do more than turn a page (ISO 32000-1, table 198); they hang on pages, annotations and bookmarks.
_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
            "/RichMediaExecute"}
_READ = 1 << 16
PAGES, OBJECTS, PIXELS = 2000, 100_000, 200_000_000
ONE_STREAM, ALL_STREAMS = 300_000_000, 1_000_000_000  # bytes unpacked: a page of 600 dpi in colour has 100 MB
JPX = "/JPXDecode"
MAPS = ("/VP", "/Measure", "/LGIDict")  # where on earth a drawing lies (ISO 32000-2 12.9 and 12.10): nothing of it draws
_PHOTO = {"/DCTDecode", "/DCT"}
_PACKED = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
MANY = say("PDFのページや部品が多すぎます({n}ページまで)。分けて送ってください。", n=PAGES)
BURSTS = say("PDFの中身が大きすぎます。印刷してPDFに直すか、写真で送ってください。")


BROKEN = say("PDFの中の写真が壊れているようです。PDFを作り直すか、写真で送ってください。")


def pdf(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a PDF rebuilt without its passengers. Raises FileRefused."""
    import pikepdf  # 20 MB: only when a PDF comes

    source.seek(0)
    try:
        with pikepdf.open(source) as doc, tempfile.TemporaryFile() as out:
            _measure(doc)
            _drop(doc.Root, "/OpenAction", "/AcroForm", "/Metadata")
            if "/Names" in doc.Root:
                _drop(doc.Root.Names, "/JavaScript", "/EmbeddedFiles")
            if "/Info" in doc.trailer:
                del doc.trailer["/Info"]
            for thing in list(doc.objects):
                _disarm(thing)
                if isinstance(thing, pikepdf.Stream):
                    _depersonalise(thing)
            doc.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
            out.seek(0)
            while piece := out.read(_READ):
                yield piece
    except pikepdf.PasswordError:
        raise FileRefused(say("パスワードの付いたPDFは受け取れません。パスワードを外して選び直してください。")) from None
    except (pikepdf.PdfError, RecursionError):
        raise FileRefused(say("PDFとして開けません。別のファイルを選んでください。")) from None


def _measure(doc: Any) -> None:
    """Refuse what is too much to look at."""
    import pikepdf

    if len(doc.objects) > OBJECTS or len(doc.pages) > PAGES:
        raise FileRefused(MANY)
    total = 0
    for thing in doc.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        width, height = thing.get("/Width", 0), thing.get("/Height", 0)
        if isinstance(width, int) and isinstance(height, int) and width * height > PIXELS:
            raise FileRefused(BURSTS)
        total += _unpacked(thing)
        if total > ALL_STREAMS:
            raise FileRefused(BURSTS)


def _unpacked(stream: Any) -> int:
    """How long a stream becomes; unpacked in pieces that are thrown away. Raises FileRefused beyond ONE_STREAM."""
    import pikepdf

    filters = _filters(stream)
    packed = [f for f in filters if f in _PACKED]
    if len(packed) > 1:  # packed twice: nothing that draws needs it
        raise FileRefused(BURSTS)
    if not packed:
        return len(stream.read_raw_bytes())
    if packed[0] not in ("/FlateDecode", "/Fl") or filters[0] != packed[0]:
        try:  # rare: all of it in the memory of this process, which has its limit (files.cell)
            size = len(stream.read_bytes())
        except pikepdf.PdfError:
            size = 0  # cannot be unpacked at all, by nobody
        return _bounded(size)
    engine, size, rest = zlib.decompressobj(), 0, bytes(stream.read_raw_bytes())
    try:
        while rest and not engine.eof:
            size = _bounded(size + len(engine.decompress(rest, _READ * 16)))
            rest = engine.unconsumed_tail
    except zlib.error:
        pass  # broken further on: readers stop here too
    return size


def _bounded(size: int) -> int:
    if size > ONE_STREAM:
        raise FileRefused(BURSTS)
    return size


def _filters(stream: Any) -> list[str]:
    import pikepdf

    found = stream.get("/Filter", None)
    return [str(f) for f in found] if isinstance(found, pikepdf.Array) else [str(found)] if found is not None else []


def _depersonalise(stream: Any) -> None:
    """Take position, camera and comments out of a photo (JPEG, JPEG 2000), and empty a block of metadata. What draws stays bit for bit."""
    import pikepdf

    filters = _filters(stream)
    if str(stream.get("/Type", "")) == "/Metadata":
        stream.write(b"")
    elif filters and filters[-1] in (*_PHOTO, JPX):
        before = bytes(stream.read_raw_bytes()) if len(filters) == 1 else _outer(stream, filters[:-1])
        try:
            after = jpx.bare(before) if filters[-1] == JPX else b"".join(strip.bare_jpeg(io.BytesIO(before)))
        except FileRefused:
            raise FileRefused(BROKEN) from None
        if len(filters) > 1 or after != before:
            parms = stream.get("/DecodeParms", None)
            last = parms[-1] if isinstance(parms, pikepdf.Array) and len(parms) else parms
            name = pikepdf.Name(JPX if filters[-1] == JPX else "/DCTDecode")
            stream.write(after, filter=name, decode_parms=last if isinstance(last, pikepdf.Dictionary) else None)


def _outer(stream: Any, filters: list[str]) -> bytes:
    """A photo that was packed once more, unpacked that far."""
    import pikepdf

    with pikepdf.new() as apart:
        box = pikepdf.Stream(apart, bytes(stream.read_raw_bytes()))
        box["/Filter"] = pikepdf.Array([pikepdf.Name(name) for name in filters])
        return bytes(box.read_bytes())


def _drop(thing: Any, *keys: str) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


def _disarm(thing: Any) -> None:
    """Empty every such action in an object and in what it holds directly."""
    import pikepdf

    if isinstance(thing, pikepdf.Array):
        children = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if str(thing.get("/S", "")) in _ACTIONS:
            _drop(thing, *[key for key in thing.keys() if key not in ("/Length", "/Filter")])  # noqa: SIM118 - no dict
        _drop(thing, "/AA", "/AF", "/EF", "/Metadata", "/PieceInfo", "/RichMediaContent", *MAPS)
        children = [thing[key] for key in thing.keys() if key != "/Length"]  # noqa: SIM118
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _disarm(child)
