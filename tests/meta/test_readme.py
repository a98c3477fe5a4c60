"""The two READMEs say the same: settings with their defaults, commands, documents."""

from __future__ import annotations

import re

from madoguchi.procedures.pack import ROOT

ENGLISH, JAPANESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))


def settings(text: str) -> dict[str, list[str]]:
    """Variable → the codes of its row's default."""
    rows = re.findall(r"^\| (`(?:MADOGUCHI_|PORT|DATABASE_)[^|]*) \|[^|]*\| ([^|]*) \|$", text, re.M)
    return {name: re.findall(r"`[^`]+`|[0-9][0-9.]*", default) for names, default in rows for name in re.findall(r"`([A-Z_]+)`", names)}


def test_the_same_settings_with_the_same_defaults():
    assert len(settings(ENGLISH)) == 5
    assert settings(ENGLISH) == settings(JAPANESE)


def test_the_same_commands():
    assert len(found := re.findall(r"^    (\./\S.*?)  +#", ENGLISH, re.M)) >= 6
    assert found == re.findall(r"^    (\./\S.*?)  +#", JAPANESE, re.M)


def test_the_same_documents_which_are_there():
    named = [set(re.findall(r"\]\(([^)#]+)\)", text)) for text in (ENGLISH, JAPANESE)]
    assert named[0] - {"README.ja.md"} == named[1] - {"README.md"}
    assert [path for path in named[0] | named[1] if not (ROOT / path).exists()] == []
