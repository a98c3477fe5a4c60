"""The files in which prometheus_client counts (kernel.metrics), with the room on the disk that they want taken before they are mapped.

The library maps a file that has a size and no blocks. On a full disk the first number written into it ends the process with SIGBUS, which
nothing can catch: every page of the city hall was gone, reading ones too. Reserved first, a full disk is an OSError.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from prometheus_client import mmap_dict


def reserve(handle: int, size: int) -> None:
    """Blocks for the first ``size`` bytes, whatever lies there. Raises OSError where there is no room."""
    if hasattr(os, "posix_fallocate"):  # not on macOS
        os.posix_fallocate(handle, 0, size)


class ReservedDict(mmap_dict.MmapedDict):
    """The library's, never mapped over room that is not there. Raises OSError, and has changed nothing then."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            with open(filename, "a+b") as file:
                held = os.fstat(file.fileno()).st_size
                try:
                    reserve(file.fileno(), max(held, mmap_dict._INITIAL_MMAP_SIZE))
                except OSError:
                    if not held:  # an empty one cannot be read
                        Path(filename).unlink(missing_ok=True)
                    raise
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> Any:
        wanted, size = self._used + len(key.encode()) + 32, self._capacity  # the length, at most 8 of padding, two numbers
        while size < wanted:
            size *= 2
        if size > self._capacity:
            reserve(self._f.fileno(), size)
        return super()._init_value(key)  # type: ignore[no-untyped-call]
