"""A file of notices in memory, by any process: it knows neither rows nor settings."""

from __future__ import annotations

import io
from collections.abc import Iterable

from . import draw
from .parts import Notice


def printed(notices: Iterable[Notice], title: str, author: str) -> tuple[bytes, draw.Written]:
    """The file, and what it holds."""
    out = io.BytesIO()
    written = draw.write(out, notices, title=title, author=author)
    return out.getvalue(), written
