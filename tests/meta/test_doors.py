"""Another app is entered only through its doors (DESIGN, Tree): public, events, ports, errors."""

from __future__ import annotations

import ast

from tests.crash.points import SOURCE, trees

DOORS = {"public", "events", "ports", "errors"}
OPEN = {"config", "adapters"}  # the composition root and the plug-ins: they know what they connect
SHARED = {"kernel", "web"}  # the ground everybody stands on
# Pure libraries that every room may use directly, with the reason.
LIBRARIES = {
    "procedures.rules": "pure functions over definitions, no Django, no state: a library that happens to live in an app (ADR 0002)",
    "procedures.pack": "reads the files of the pack: no Django, no state; apart from public, for only who edits definitions needs it (ADR 0040)",
}


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def trespasses():
    for path, tree in trees().items():
        parts = path.relative_to(SOURCE).parts
        if parts[0] in OPEN or "migrations" in parts or len(parts) == 1:
            continue
        for line, name in imports(tree):
            where = name.split(".")
            if where[0] != "madoguchi" or len(where) < 2 or where[1] in SHARED | {parts[0]}:
                continue
            if len(where) > 2 and (where[2] in DOORS or ".".join(where[1:3]) in LIBRARIES):
                continue
            yield f"{'/'.join(parts)}:{line} {name}"


def test_nobody_climbs_through_a_window():
    assert list(trespasses()) == []


def test_the_list_of_libraries_holds_nothing_that_is_not_used():
    used = {".".join(name.split(".")[1:3]) for tree in trees().values() for _, name in imports(tree)}
    assert set(LIBRARIES) <= used


def test_the_watch_does_see():
    tree = ast.parse("from madoguchi.intake.models import Draft\nimport madoguchi.intake.drafts\n"
                     "from madoguchi.intake.public import filing_of\nfrom madoguchi.intake import services")
    assert [name for _, name in imports(tree)] == [
        "madoguchi.intake.models.Draft", "madoguchi.intake.drafts", "madoguchi.intake.public.filing_of", "madoguchi.intake.services"]
