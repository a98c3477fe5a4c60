"""Read definition texts: the one entrance for files, the builder and published versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from . import build, overlay, yaml_strict
from .model import Definition
from .yaml_strict import Items, Problem, Table

TRANSLATIONS = "翻訳"  # where a published version keeps {language: {key of the source: translation}}
OVER = 1_000_000  # the lines of an override are counted from here, until a problem is reported


def read(
    text: str, file: str, *, override: tuple[str, str] | None = None, sections: Iterable[str] = (),
    appeals: Iterable[str] = (), life_events: Iterable[str] = (), fees: Iterable[str] | None = None, name: str = "",
) -> tuple[Definition | None, list[Problem]]:
    """Read one file with an optional city override (text, file name). The definition is None when a problem was found; what is
    wrong in one place hides nothing elsewhere. ``name``: what the file is called, which is the procedure's id."""
    from .lint import lint  # published versions were checked: only who reads files needs it

    table, problems = yaml_strict.load(text, file)
    extra, more = yaml_strict.load(*override, first=OVER) if override else (None, [])
    if (problems and not table) or (more and not extra):  # no YAML at all
        return None, sorted([*problems, *more])
    unknown = overlay.problems(table, extra, file) if extra is not None else []
    built, shape = build.definition(table if extra is None else merge(table, overlay.plain(extra)), file)
    lacking = overlay.lacking(extra, unknown)
    shape = [p for p in shape if p.line not in lacking]
    shape += lint(built, sections=sections, appeals=appeals, life_events=life_events, fees=fees)
    problems += [*more, *unknown, *(overlay.referred(shape, table, extra) if extra is not None else shape)]
    if name and built.id not in ("", name):
        problems.append(Problem(file, built.line_of("手続"), f"「手続」の「{built.id}」はファイルの名前「{name}」と違います。揃えてください"))
    if override:
        problems = [in_its_file(p, override[1]) for p in problems]
        doubts = ((line % OVER, f"({override[1]}) {ja}" if line > OVER else ja) for line, ja in built.doubts)
        built = dataclasses.replace(built, doubts=tuple(doubts))
    return (None if problems else built), sorted(set(problems))


def in_its_file(problem: Problem, override: str) -> Problem:
    """A problem with the file whose line it names."""
    return Problem(override, problem.line - OVER, problem.ja) if problem.line > OVER else problem


def merge(base: Any, over: Any) -> Any:
    """A city's override on the common definition: tables merge, pages merge by 番号, {除く: はい} takes away, everything else is replaced."""
    if isinstance(base, Table) and isinstance(over, Table):
        out = Table(base)
        out.line, out.lines = base.line, dict(base.lines)
        for key, value in over.items():
            if overlay.removes(value):
                out.pop(key, None)
                continue
            out[key] = merge(base[key], value) if key in base else value
            if out[key] is value:
                out.lines[key] = over.line_of(key)
        return out
    if isinstance(base, Items) and isinstance(over, Items) and all(isinstance(x, Table) and "番号" in x for x in over):
        items = Items(base)
        items.line = base.line
        for table in over:
            at = next((i for i, old in enumerate(items) if isinstance(old, Table) and old.get("番号") == table["番号"]), None)
            if overlay.removes(table):
                items[:] = [old for old in items if not (isinstance(old, Table) and old.get("番号") == table["番号"])]
            elif at is None:
                items.append(table)
            else:
                items[at] = merge(items[at], table)
        return items
    return over


def resolve(text: str, file: str, override: tuple[str, str] | None = None) -> dict[str, Any]:
    """The common file with the city's override as plain data: what a published version stores."""
    table, _ = yaml_strict.load(text, file)
    if override:
        table = merge(table, overlay.plain(yaml_strict.load(*override)[0]))
    return _plain(table)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return str(value)


def _tables(value: Any) -> Any:
    if isinstance(value, dict):
        table = Table((yaml_strict.kept(k), _tables(v)) for k, v in value.items())
        table.lines = {}
        return table
    if isinstance(value, list):
        return Items(_tables(v) for v in value)
    return yaml_strict.Text(value)


def from_plain(body: dict[str, Any]) -> Definition:
    """The definition of a published version. It was checked when it was published."""
    built, _ = build.definition(_tables({key: value for key, value in body.items() if key != TRANSLATIONS}), "published")
    return built
