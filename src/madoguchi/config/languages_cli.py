"""`madoguchi languages …`: collect what the pages say, and report what each language still lacks."""

from __future__ import annotations

import ast
import functools
import logging
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from madoguchi.kernel.said import LETTERS
from madoguchi.web.languages import LOCALE, TRANSLATED

SRC = Path(__file__).resolve().parents[1]
NOT_OURS = re.compile(r"/(builder|casework|delivery|inventory|survey|register|scans|tests)/templates/|/collection/templates/collection/|/staff_|"
                      r"/tests/|/(builder|casework|collection|inventory|records|register|scans|survey)/errors\.py")
OPTIONS = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}


@functools.cache
def sayings() -> dict[str, list[tuple[str, int]]]:
    """Every Japanese sentence of the residents' pages → where it stands."""
    logging.getLogger("babel.messages.extract").setLevel(logging.ERROR)  # it warns of f-strings in other functions named say
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted([*SRC.rglob("*.html"), *SRC.rglob("*.py")]):
        if NOT_OURS.search(str(path)):
            continue
        for line, text in _of(path):
            found.setdefault(text, []).append((path.relative_to(SRC).as_posix(), line))
    return found


def _of(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py" and not re.search(r"kernel\.said import|^ {4}ja = |^TOO_LATE", path.read_text(encoding="utf-8"), re.M):
        return
    method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
    for line, text, _, _ in extract(method, BytesIO(path.read_bytes()), {"_": None, "gettext": None, "say": None}, (), OPTIONS):
        words = text if isinstance(text, str) else text[0]
        if LETTERS.search(words):
            yield line, words
    if path.name == "errors.py" or path.name == "oidc_views.py":  # ja = "…" of an error, TOO_LATE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and LETTERS.search(str(node.value.value)):
                yield node.lineno, str(node.value.value)


def catalogue_file(code: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / code / "LC_MESSAGES" / "django.po"


def extract_all() -> int:
    """Bring every catalogue up to date: new sentences empty, gone ones left out."""
    said = sayings()
    for code in TRANSLATED:
        path = catalogue_file(code)
        old: dict[str, str] = {}
        if path.exists():
            with path.open("rb") as file:
                old = {str(m.id): str(m.string) for m in read_po(file) if m.id}
        fresh = Catalog(charset="utf-8", header_comment=f"# madoguchi: {code}")
        for text, places in sorted(said.items()):
            fresh.add(text, old.get(text, ""), locations=[(place, 0) for place in sorted({p for p, _ in places})])
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, fresh, omit_header=True, width=0, include_lineno=False)
    print(f"{len(said)}の文を集めました")
    return 0


def missing(code: str) -> list[str]:
    """Sentences of the pages that a language has no words for."""
    path = catalogue_file(code)
    if not path.exists():
        return list(sayings())
    with path.open("rb") as file:
        known = {str(m.id) for m in read_po(file) if m.id and m.string}
    return [text for text in sayings() if text not in known]


def report() -> int:
    """Per language, how many sentences are translated, and which are not."""
    total = len(sayings())
    for code in TRANSLATED:
        gone = missing(code)
        print(f"{code}: {total - len(gone)} / {total}")
        for text in gone:
            print(f"  {text!r}")
    return 0


def main(argv: list[str]) -> int:
    """Entry for `madoguchi languages`."""
    if argv[:1] == ["extract"]:
        return extract_all()
    if argv[:1] == ["report"]:
        return report()
    if argv[:1] == ["readings"]:
        from .readings_cli import readings

        return readings(argv[1:])
    print("使い方: madoguchi languages extract | report | readings [--list]", file=sys.stderr)
    return 2
