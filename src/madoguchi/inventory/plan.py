"""plan.yaml of the city pack: what the city has promised, with its source."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .errors import PlanWrong


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
    import yaml

    file = folder / "plan.yaml"
    if not file.exists():
        return None
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["オンライン化"]  # noqa: S506 - BaseLoader builds text only
        count, year, source = int(raw["件数"]), int(raw["年度"]), str(raw["出典"])
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise PlanWrong(f"{file} を読めません。「オンライン化: {{件数: \"452\", 年度: \"2023\", 出典: …}}」の形で書いてください。") from None
    if not (0 < count < 100_000 and 2019 <= year <= 2060):
        raise PlanWrong(f"{file} の件数か年度が範囲の外です。年度は西暦4桁で書いてください。")
    return Target(count, year, source)
