"""Where a task of a finder leads: to the procedure that its file names, else to the one that the city publishes under its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

from .draft_row import called
from .find import plain
from .guide import OFFLINE, ONLINE, Finder, Task


def led(f: Finder, names: Mapping[str, str], offered: Collection[str]) -> Finder:
    """The finder with every task leading to what is offered now. ``names``: name or alias as compared (``find.plain``) → the one procedure
    that is called so. A task that is done elsewhere (場所) is not the city's, and a procedure that another task of the finder names is
    meant for that one alone: 転出届 of who goes abroad is not the one of who moves within the country."""
    taken = {t.slug for t in f.tasks if t.slug}
    return dataclasses.replace(f, tasks=tuple(_led(t, names, offered, taken) for t in f.tasks))


def _led(task: Task, names: Mapping[str, str], offered: Collection[str], taken: Collection[str]) -> Task:
    if task.slug:
        return task if task.slug in offered else dataclasses.replace(task, way=OFFLINE.get(task.way, task.way))
    found = _same(task, names)
    if not found or found in taken or found not in offered:
        return task
    return dataclasses.replace(task, slug=found, way=ONLINE.get(task.way, task.way))


def _same(task: Task, names: Mapping[str, str]) -> str:
    if task.place or not task.section:
        return ""
    words = (word for name in (task.name, *task.aliases) for word in called(name))
    return next((names[plain(word)] for word in words if plain(word) in names), "")
