"""Where the text of a definition comes from when somebody begins to change it."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import pack_text
from madoguchi.procedures.rules import splice

MARK = "# 控え: "  # the last line of a draft that nobody has touched (docs/adr/0037)
NAME = re.compile(r"^名称: *(.+)$", re.M)
SECTION = re.compile(r"^担当: *([a-z0-9_]+)", re.M)


def drafts_folder() -> Path:
    """Where drafts of the inventory lie."""
    return Path(settings.MADOGUCHI_DATA) / "drafts"


def source_of(slug: str) -> tuple[str, str] | None:
    """(text, rules.ORIGINS) of a procedure; None where there is none. The pack goes before a draft, a file before a bare version."""
    if text := pack_text(city(), slug):
        return text, "pack"
    file = drafts_folder() / f"{slug}.yaml"
    if file.exists():
        return splice.cleaned(file.read_text(encoding="utf-8").rpartition(MARK)[0] or file.read_text(encoding="utf-8")), "draft"
    try:
        return splice.written(procedures.body_of(slug)), "version"
    except NotFound:
        return None


def drafts_waiting() -> dict[str, tuple[str, str]]:
    """number → (name, 担当) of every draft in the folder."""
    found = {}
    for file in sorted(drafts_folder().glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        name, section = NAME.search(text), SECTION.search(text)
        found[file.stem] = (str(splice.data(name[0])["名称"]) if name else file.stem, section[1] if section else "")
    return found
