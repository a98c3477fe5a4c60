"""Compiled templates are kept in the data folder: a worker that starts draws its first pages without compiling them (0.4 s and
three megabytes of what a compiler needs). The folder may be deleted at any time."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from madoguchi import __version__


class Compiled(jinja2.FileSystemBytecodeCache):
    """Jinja2's own cache, beside which the city hall works just as well: a full disk or half a file costs the compiling, not the page."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was kept for this source, if it can be read."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - half a file may be anything; it is compiled anew
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if there is room and a folder."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def compiled(folder: Path) -> Compiled | None:
    """The cache of this version of the program under ``folder`` (those of other versions go); None where nothing can be written."""
    code = Path(__file__).with_name("engine.py").read_bytes()  # what turns a template into code; the template itself is in Jinja2's key
    own = folder / hashlib.sha256(b"\0".join((code, jinja2.__version__.encode(), __version__.encode()))).hexdigest()[:16]
    try:
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in folder.iterdir():
            if other != own:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return None
    return Compiled(str(own))
