"""The page about the set-up, read as what it is: sections with blocks of shell."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "deploy.md"


def sections() -> dict[str, str]:
    """Number of a section → its blocks, joined: what a person would type there."""
    found: dict[str, str] = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        blocks = re.findall(r"^```sh\n(.*?)^```$", part, flags=re.M | re.S)
        if blocks:
            found[part.split(maxsplit=1)[0]] = "".join(blocks)
    return found
