"""Named places where a test kills the process (STYLE 9).

``MADOGUCHI_FAIL=name`` kills with SIGKILL, as a power cut would; ``MADOGUCHI_FAIL=name:error`` raises OSError,
as a full disk would. A file given by ``MADOGUCHI_FAIL_ONCE`` makes it happen only once. Refused in production.
"""

from __future__ import annotations

import os
import signal

NAMES: set[str] = set()
_WANTED = os.environ.get("MADOGUCHI_FAIL", "") if os.environ.get("MADOGUCHI_ENV") != "production" else ""


def hit(name: str) -> None:
    """Mark a place between two effects. Costs one comparison when nothing is armed."""
    if not _WANTED:
        return
    wanted, _, kind = _WANTED.partition(":")
    if wanted != name:
        return
    once = os.environ.get("MADOGUCHI_FAIL_ONCE")
    if once:
        try:
            os.close(os.open(once, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return
    if kind == "error":
        raise OSError(28, "No space left on device (failpoint)")
    os.kill(os.getpid(), signal.SIGKILL)
