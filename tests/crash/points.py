"""Every failpoint that the source names, read out of the source."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "madoguchi"


@functools.cache
def trees() -> dict[Path, ast.Module]:
    """Every module that runs, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py")) if "tests" not in path.parts}


def called(node: ast.AST) -> str:
    """The dotted name of what a call calls, e.g. ``outbox.publish``."""
    if not isinstance(node, ast.Call):
        return ""
    at, parts = node.func, []
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    parts.append(at.id if isinstance(at, ast.Name) else "")
    return ".".join(reversed(parts))


def constants() -> dict[str, str]:
    """Module-level NAME = "text" anywhere in the source."""
    out: dict[str, str] = {}
    for tree in trees().values():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                out |= {t.id: node.value.value for t in node.targets if isinstance(t, ast.Name)}
    return out


def failpoints() -> list[str]:
    """Names given to `failpoints.hit`, and the pair around every event that is published."""
    known, found = constants(), set()
    for path, tree in trees().items():
        for node in ast.walk(tree):
            name = called(node)
            if name == "failpoints.hit":
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    found.add(str(argument.value))
                else:
                    assert path.name == "outbox.py", f"{path}:{node.lineno} a failpoint's name must be written out"
            elif name == "outbox.publish":
                argument = node.args[0]
                event = argument.value if isinstance(argument, ast.Constant) else known[argument.id]
                found |= {f"publish.{event}.before", f"publish.{event}.after"}
    return sorted(found)
