"""Door: keeping and reading files. Who may see which file is decided by the app that owns it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpResponseBase

from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say

from .covered import Areas, covered_response, painted, safe
from .errors import FileRefused
from .holding import bytes_held
from .models import StoredFile
from .services import SUFFIX, accepts, file_delete, file_keep, file_try, file_write, files_forget, sweep_strays


def file_get(file_id: str) -> StoredFile:
    """A file's row. Raises NotFound."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise NotFound(say("ファイルが見つかりませんでした。"))
    return row


def files_of(ids: Iterable[str]) -> dict[str, StoredFile]:
    """Rows by id."""
    return {str(row.id): row for row in StoredFile.objects.filter(id__in=list(ids))}


def files_missing(wanted: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Of (what it belongs to, file id) pairs: how many have no row, by what they belong to."""
    pairs = list(wanted)
    there = {str(i) for i in StoredFile.objects.filter(id__in=[i for _, i in pairs]).values_list("id", flat=True)} if pairs else set()
    out: dict[str, int] = {}
    for owner, file_id in pairs:
        if file_id not in there:
            out[owner] = out.get(owner, 0) + 1
    return out


def file_open(file: StoredFile) -> BinaryIO:
    """The bytes."""
    return (Path(settings.FILES_ROOT) / file.place).open("rb")


def file_response(file: StoredFile, *, name: str = "", inline: bool = False) -> HttpResponseBase:
    """Send a file: never sniffed, never framed, and as a download unless ``inline``."""
    try:
        source = file_open(file)
    except FileNotFoundError:
        raise NotFound(say("ファイルが見つかりませんでした。")) from None
    response = FileResponse(source, as_attachment=not inline, filename=name or file.name, content_type=file.kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


__all__ = [
    "SUFFIX", "Areas", "FileRefused", "StoredFile", "accepts", "bytes_held", "covered_response", "file_delete", "file_get", "file_keep",
    "file_open", "file_response", "file_try", "file_write", "files_forget", "files_missing", "files_of", "painted", "safe", "sweep_strays",
]
