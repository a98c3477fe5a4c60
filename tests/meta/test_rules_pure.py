"""`rules` are plain Python (STYLE 6): facts in, verdict out; no Django, no clock, no I/O."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from tests.crash.points import SOURCE, called, trees

RULES = [path for path in trees() if "rules" in path.relative_to(SOURCE).parts or path.name == "rules.py"]
STATEFUL = {"models", "selectors", "services", "handlers", "views"}
# Modules whose rules read files that are shipped with the code (fonts, words): data, not state.
READS_SHIPPED_DATA = {"procedures/rules/faces/pdf/fonts.py": "the PDF faces carry their fonts"}


def name_of(path):
    return path.relative_to(SOURCE).as_posix()


def test_there_are_rules_to_look_at():
    assert len(RULES) > 20


@pytest.mark.parametrize("path", RULES, ids=name_of)
def test_no_django_no_rows_no_clock(path):
    for node in ast.walk(trees()[path]):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module or ''}.{alias.name}" for alias in node.names]
        for name in names:
            assert not name.startswith("django"), f"line {node.lineno}: {name}"
            assert name.split(".")[0:3] != ["madoguchi", "kernel", "clock"], f"line {node.lineno}: the day is given to a rule"
            assert not STATEFUL & set(name.split(".")), f"line {node.lineno}: {name}"
        if isinstance(node, ast.Call):
            assert called(node) not in ("dt.date.today", "dt.datetime.now", "date.today", "datetime.now"), node.lineno
            reads = called(node) == "open" or called(node).endswith((".read_text", ".read_bytes", ".write_text"))
            assert not reads or name_of(path) in READS_SHIPPED_DATA, f"line {node.lineno}: a rule reads no files"


def test_they_run_where_no_django_is_installed():
    """The whole library, imported in a Python that cannot import Django."""
    modules = [f"madoguchi.{name_of(p).removesuffix('.py').replace('/', '.').removesuffix('.__init__')}" for p in RULES
               if name_of(p).startswith("procedures/rules/")]
    code = "import sys; sys.modules['django'] = None\n" + "\n".join(f"import {m}" for m in modules)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE.parent)})
    assert done.returncode == 0, done.stderr[-1500:]
