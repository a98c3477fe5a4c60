"""What counts as a way to somebody's object (docs/developer.md, Rights): found in the source, so that a new one cannot be
forgotten."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import madoguchi

ROOT = Path(madoguchi.__file__).parent
OUT = {"tests", "migrations", "management", "adapters", "rules"}
PERSON = {"actor", "owner", "token"}  # a parameter of this name that is more than a text is the one who asks
READS = ("_get", "_get_locked", "_list", "_file", "_by_code", "_page", "_read")
ROOMS = ("selectors.py", "public.py")


@dataclass(frozen=True, slots=True)
class Way:
    """A public function, by its dotted name without ``madoguchi``."""

    name: str
    asks: bool  # takes the person who asks
    row: bool  # is handed a row that only another way gives out
    ids: bool  # takes the id of something
    room: bool  # stands in selectors.py or public.py, or is a reader by its name

    @property
    def needs_stranger(self) -> bool:
        """Must it stand in the table of strangers? Whoever is asked by a person, and whoever finds something by its id
        beside a row that was handed over."""
        return self.asks or (self.row and self.ids and self.room)

    @property
    def needs_reason(self) -> bool:
        """It opens something for nobody in particular: who may call it, and why?"""
        return self.room and not self.asks and not self.row


@functools.cache
def trees() -> dict[str, ast.Module]:
    """Dotted module name → its tree."""
    out = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if not OUT & set(parts[:-1]):
            out[".".join((*parts[:-1], path.stem))] = ast.parse(path.read_text(encoding="utf-8"))
    return out


@functools.cache
def models() -> frozenset[str]:
    """Names of the classes of rows."""
    return frozenset(node.name for module, tree in trees().items() if (module.endswith(".models") or ".models." in module)
                     for node in tree.body if isinstance(node, ast.ClassDef))


def _words(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    return {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)} | {n.attr for n in ast.walk(annotation) if isinstance(n, ast.Attribute)}


def way(module: str, f: ast.FunctionDef) -> Way:
    """What this function is."""
    params = [*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs]
    asks = any(p.arg in PERSON and "str" not in _words(p.annotation) for p in params)
    row = any(models() & _words(p.annotation) for p in params if p.arg not in PERSON)
    ids = any(p.arg.endswith("_id") for p in params)
    room = f"{module.rpartition('.')[2]}.py" in ROOMS or f.name.endswith(READS)
    return Way(f"{module}.{f.name}", asks, row, ids, room)


@functools.cache
def ways() -> tuple[Way, ...]:
    """Every public function of the rooms that is no view."""
    out = []
    for module, tree in trees().items():
        if module.partition(".")[0] in ("kernel", "web", "config") or module.endswith("views") or ".views_" in module:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not any(a.arg == "request" for a in node.args.args):
                out.append(way(module, node))
    return tuple(out)


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    """Module → every name that it uses; the wiring names functions by their dotted names."""
    found = {module: {n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(tree) if isinstance(n, ast.Name | ast.Attribute)}
             for module, tree in trees().items()}
    found["config.wiring"] |= {n.value.rpartition(".")[2] for n in ast.walk(trees()["config.wiring"])
                               if isinstance(n, ast.Constant) and isinstance(n.value, str) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", n.value)}
    return {module: frozenset(names) for module, names in found.items()}


def callers(name: str) -> set[str]:
    """Modules that use a function of this name (not the one that defines it, nor a door that only hands it on)."""
    home, _, last = name.rpartition(".")
    return {module for module, names in _names().items() if last in names and module != home}


@functools.cache
def serving() -> frozenset[str]:
    """``module.view`` of every view that sends a file or a made document."""
    out = set()
    for module, tree in trees().items():
        if not (module.endswith("views") or ".views_" in module):
            continue
        for f in tree.body:
            if isinstance(f, ast.FunctionDef) and not f.name.startswith("_"):
                calls = {n.func.id if isinstance(n.func, ast.Name) else n.func.attr for n in ast.walk(f)
                         if isinstance(n, ast.Call) and isinstance(n.func, ast.Name | ast.Attribute)}
                typed = any(isinstance(n, ast.keyword) and n.arg == "content_type" for n in ast.walk(f))
                if calls & {"file_response", "FileResponse", "StreamingHttpResponse"} or ("HttpResponse" in calls and typed):
                    out.add(f"{module}.{f.name}")
    return frozenset(out)
