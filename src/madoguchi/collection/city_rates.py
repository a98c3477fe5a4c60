"""The rates that this city counts with: those that are shipped, and over them the years of the city's own `rates.yaml`, so that the rate
of a new year (告示, each December) needs no new release."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path

from django.conf import settings

from .rates import Rates, RatesWrong, rates_read
from .rates import rates as shipped

NOTICE_MONTH = 12  # the rate of a year is announced in the year before (財務大臣の告示)


def rates() -> Rates:
    """Shipped rates with the city's own. Raises RatesWrong."""
    return read_rates(Path(settings.MADOGUCHI_CITY))


@functools.lru_cache(maxsize=4)
def read_rates(folder: Path) -> Rates:
    """With those of a city pack. Raises RatesWrong."""
    file, found = folder / "rates.yaml", shipped()
    if not file.exists():
        return found
    own = rates_read(file.read_text(encoding="utf-8"), str(file), whole=False)
    return Rates(found.late | own.late, found.refund | own.refund)


def rates_fault(today: dt.date) -> str:
    """What is wrong with the table: it cannot be read, or lacks a year that is needed now or from the turn of the year on. Empty when all
    is well."""
    try:
        known = rates()
    except RatesWrong as wrong:
        return wrong.ja
    wanted = [today.year, *([today.year + 1] if today.month >= NOTICE_MONTH else [])]
    lacks = [str(year) for year in wanted if year not in known.late or year not in known.refund]
    return f"{'・'.join(lacks)}年の行がありません" if lacks else ""
