"""Pure decisions about help at the counter: codes, and when a tablet forgets."""

from __future__ import annotations

import secrets
import unicodedata

CODE_MINUTES, IDLE_SECONDS = 10, 600
KEEP_DAYS = 90
WAITING, STARTED, ENDED = "waiting", "started", "ended"


def code_new() -> str:
    """1234-5678: easy to type on a tablet, good for ten minutes and once."""
    digits = f"{secrets.randbelow(10**8):08d}"
    return f"{digits[:4]}-{digits[4:]}"


def code_in(text: str) -> str:
    """A code as people type it, in its own form; empty when it cannot be one."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal() and c.isascii())
    return f"{digits[:4]}-{digits[4:]}" if len(digits) == 8 else ""
