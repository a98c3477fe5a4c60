"""Taking scripts, launchers, attached files and document data out of a PDF. The pages stay as they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from madoguchi.kernel.said import say

from .errors import FileRefused

# Actions that do more than turn a page (ISO 32000-1, table 198); they hang on pages, annotations and bookmarks.
_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
            "/RichMediaExecute"}
_READ = 1 << 16


def pdf(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a PDF rebuilt without its passengers. Raises FileRefused."""
    import pikepdf  # 20 MB: only when a PDF comes

    source.seek(0)
    try:
        with pikepdf.open(source) as doc, tempfile.TemporaryFile() as out:
            _drop(doc.Root, "/OpenAction", "/AcroForm", "/Metadata")
            if "/Names" in doc.Root:
                _drop(doc.Root.Names, "/JavaScript", "/EmbeddedFiles")
            if "/Info" in doc.trailer:
                del doc.trailer["/Info"]
            for thing in doc.objects:
                _disarm(thing)
            doc.remove_unreferenced_resources()
            doc.save(out)
            out.seek(0)
            while piece := out.read(_READ):
                yield piece
    except pikepdf.PasswordError:
        raise FileRefused(say("パスワードの付いたPDFは受け取れません。パスワードを外して選び直してください。")) from None
    except (pikepdf.PdfError, RecursionError):
        raise FileRefused(say("PDFとして開けません。別のファイルを選んでください。")) from None


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
        _drop(thing, "/AA", "/AF", "/EF", "/Metadata", "/RichMediaContent")
        children = [thing[key] for key in thing.keys() if key != "/Length"]  # noqa: SIM118
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _disarm(child)
