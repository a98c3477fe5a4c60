"""決裁: who stamps a decision, one after the other."""

from __future__ import annotations

from typing import Any

from .yaml_strict import Table

CLERK = "担当"
ROUTE = (CLERK, "係長", "課長")


def route_read(read: Any, table: Table) -> tuple[str, ...]:
    """審査 → 決裁: the stamps in their order, the clerk's own first; the clerk alone where nothing is written. ``read`` is reader.Reader."""
    route = read.texts(table, "決裁") or (CLERK,)
    line = table.line_of("決裁")
    for name in dict.fromkeys(route):
        if name not in ROUTE:
            read.say(line, f"「決裁」の「{name}」という役割はありません。{'・'.join(ROUTE)} から順に書いてください(例: [担当, 係長])")
    if route[0] != CLERK and route[0] in ROUTE:
        read.say(line, f"「決裁」は起案する「{CLERK}」から書いてください(今は「{route[0]}」から)")  # the first stamp is the proposal's own
    return route
