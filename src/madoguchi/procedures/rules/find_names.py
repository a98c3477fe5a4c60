"""How a procedure is called in other languages, and how its other names are read: what a search finds besides its Japanese words."""

from __future__ import annotations

from collections.abc import Mapping

from madoguchi.kernel.said import key_of, unruby

from .find import kana_of
from .model import Definition

RUBY, EASY = "ja-ruby", "ja-easy"
SUMMARY = 0.6


def names_of(d: Definition, tables: Mapping[str, Mapping[str, str]]) -> tuple[tuple[str, float], ...]:
    """Name and summary (with how much each counts) in every language of ``tables``, and the readings of name, other names and keywords."""
    out: dict[str, float] = {}
    for code, table in tables.items():
        if code == RUBY:
            for text in (d.name, *d.aliases, *d.keywords):
                read = kana_of(table.get(key_of(text), ""))
                if read and read != text:
                    out[read] = 1.0
            continue
        for text, weight in ((d.name, 1.0),) if code == EASY else ((d.name, 1.0), (d.summary, SUMMARY)):
            if found := table.get(key_of(text)):
                out[unruby(found)] = weight
    return tuple(out.items())
