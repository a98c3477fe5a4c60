"""plan.yaml of the city pack: what the city has promised, with its source."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.packfile import PackFile, Wrong, lines, number, table

from .errors import PlanWrong

SAMPLE = "cities/nanao/plan.yaml"


@dataclass(frozen=True, slots=True)
class Target:
    """How many procedures shall be online by the end of a fiscal year."""

    count: int
    year: int
    source: str


def target() -> Target | None:
    """Of the city in whose name we run; None when it has promised nothing. Raises PlanWrong."""
    return read_target(Path(settings.MADOGUCHI_CITY))


@functools.lru_cache(maxsize=4)
def read_target(folder: Path) -> Target | None:
    """Read a city pack's file. Raises PlanWrong."""
    if not (folder / "plan.yaml").exists():
        return None
    file, path = PackFile(folder / "plan.yaml", PlanWrong), ("オンライン化",)
    try:
        raw = table(table(file.root, (), set(path), set(), SAMPLE)[path[0]], path, {"件数", "年度", "出典"}, set(), SAMPLE)
        return Target(number(raw, "件数", path, 1, 99_999), number(raw, "年度", path, 2019, 2060), lines(raw, path)["出典"])
    except Wrong as wrong:
        raise file.fault(wrong) from None
