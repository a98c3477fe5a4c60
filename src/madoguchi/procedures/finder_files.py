"""Where finders and definitions lie. No Django: the command line checks them without a database."""

from __future__ import annotations

from pathlib import Path


def finder_files(root: Path, city_folder: Path) -> dict[str, tuple[Path, Path | None]]:
    """Name → the common file and the city's override, or the city's own file."""
    common = {p.stem: p for p in sorted((root / "procedures" / "finders").glob("*.yaml"))}
    own = {p.stem: p for p in sorted((city_folder / "finders").glob("*.yaml"))}
    return {name: (common.get(name) or own[name], own.get(name) if name in common else None) for name in {**common, **own}}


def known_slugs(root: Path, city_folder: Path) -> frozenset[str]:
    """Procedures that have a definition, published or not: a finder may name one that this city does not offer online."""
    return frozenset(p.stem for folder in (root, city_folder) for p in (folder / "procedures").glob("*.yaml"))
