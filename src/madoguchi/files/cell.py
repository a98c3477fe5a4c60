"""A PDF is opened in a process of its own that may use so much memory and time and no more: what is packed to burst takes
this process with it and nothing else. As a program it reads a PDF from stdin and writes the cleaned one to stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from madoguchi.kernel.said import Said, keepable, retold, say

from .errors import FileRefused

MEMORY = 1_000_000_000  # address space, libraries included
CPU, WALL = 20, 60  # seconds
OUTPUT = 100_000_000
REFUSED = 3  # exit code: the reason stands on stderr, as `kernel.said` keeps it: the reader's language is known outside
_READ = 1 << 16
HEAVY = say("PDFの中身が大きすぎるか、作りが複雑すぎて開けません。ページを分けるか、印刷してPDFに直すか、写真で送ってください。")


def pdf(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of a PDF rebuilt without its passengers. Raises FileRefused; never takes more than WALL seconds."""
    with tempfile.TemporaryFile() as inside, tempfile.TemporaryFile() as outside:
        source.seek(0)
        while piece := source.read(_READ):
            inside.write(piece)
        inside.seek(0)
        here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        try:
            done = subprocess.run(
                [sys.executable, "-m", "madoguchi.files.cell"], stdin=inside, stdout=outside, stderr=subprocess.PIPE,
                timeout=WALL, check=False, env={"PYTHONPATH": here, "LANG": "C.UTF-8", "PYTHONUTF8": "1"})
        except subprocess.TimeoutExpired:
            raise FileRefused(HEAVY) from None
        if done.returncode == REFUSED:
            raise FileRefused(_told(done.stderr))
        if done.returncode:
            raise FileRefused(HEAVY)
        outside.seek(0)
        while piece := outside.read(_READ):
            yield piece


def _told(stderr: bytes) -> Said:
    """Why the cell refused, to be said in any language."""
    try:
        return retold(json.loads(stderr))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return HEAVY  # it was ended in the middle of its word


def main() -> int:
    """Clean stdin to stdout under the limits."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from . import disarm

    try:
        for piece in disarm.pdf(sys.stdin.buffer):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except FileRefused as refused:
        sys.stderr.write(json.dumps(keepable(refused.ja)))
        return REFUSED
    except MemoryError:
        return 1  # HEAVY outside
    return 0


if __name__ == "__main__":
    sys.exit(main())
