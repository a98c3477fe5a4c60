"""One file, one idea (STYLE 1): module ≤ 400 lines, function ≤ 50, template ≤ 150."""

from __future__ import annotations

import ast

from tests.crash.points import SOURCE, trees

MODULE, FUNCTION, TEMPLATE = 400, 50, 150


def test_modules_are_short():
    long = {p.relative_to(SOURCE).as_posix(): n for p in SOURCE.rglob("*.py")
            if "migrations" not in p.parts and (n := len(p.read_text(encoding="utf-8").splitlines())) > MODULE}
    assert long == {}


def test_functions_are_short():
    long = {}
    for path, tree in trees().items():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION:
                    long[f"{path.relative_to(SOURCE).as_posix()}:{node.lineno} {node.name}"] = lines
    assert long == {}


def test_templates_are_short():
    long = {p.relative_to(SOURCE).as_posix(): n for p in SOURCE.rglob("*.html")
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > TEMPLATE}
    assert long == {}
