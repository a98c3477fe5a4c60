"""What a procedure costs: the definition says which fees of the city's table, how many, and who pays nothing. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import conditions
from .model import Charge, ChargeItem, Definition

Price = Callable[[str], tuple[str, int]]  # key of the city's table → name and yen, as of a day


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill, in whole yen."""

    label: str
    unit: int
    count: int

    @property
    def sum(self) -> int:
        """What the line comes to."""
        return self.unit * self.count


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid. ``exempt`` names why nothing is (減免)."""

    lines: tuple[Line, ...] = ()
    exempt: str = ""

    @property
    def total(self) -> int:
        """The sum: nothing where somebody is exempt, whatever the lines say."""
        return 0 if self.exempt else sum(line.sum for line in self.lines)


def _count(item: ChargeItem, answers: Mapping[str, Any]) -> int:
    value = answers.get(item.count) if item.count else 1
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def bill(d: Definition, answers: Mapping[str, Any], price: Price) -> Bill:
    """The bill of these answers (地方自治法227条: fees are the ordinance's; here only their arithmetic)."""
    charge: Charge | None = d.charge
    if charge is None:
        return Bill()
    lines = []
    for item in charge.items:
        count = _count(item, answers)
        if count and conditions.holds(item.condition, answers):
            lines.append(Line(*price(item.fee), count))
    why = next((x.name for x in charge.exempt if conditions.holds(x.condition, answers)), "")
    return Bill(tuple(lines), why)
