"""The sections of the city, by what lists call them."""

from __future__ import annotations

from madoguchi.offices.public import city
from madoguchi.procedures.rules.find import plain


def section_of(text: str) -> str:
    """The section of city.yaml that a 担当課 names (with or without its 係), else the words."""
    wanted = plain(text)
    names = {plain(section.name): key for key, section in city().sections.items()}
    return names.get(wanted) or next((key for name, key in names.items() if name and wanted.startswith(name)), "") or text


def section_name(section: str) -> str:
    """The name of a section of city.yaml; other words are the 担当課 as the list has it."""
    found = city().sections.get(section)
    return str(found.name) if found else section
