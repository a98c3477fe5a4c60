"""What a procedure costs: the definition says which fees of the city's table, how many, and who pays less. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import conditions
from .model import Charge, ChargeItem, Definition, Exemption

Price = Callable[[str], tuple[str, int, bool]]  # key of the city's table → name, yen as of a day, 実費 (no fee of the ordinance)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill, in whole yen. ``waiver``: a minus line (減免), its unit below zero."""

    label: str
    unit: int
    count: int
    waiver: bool = False

    @property
    def sum(self) -> int:
        """What the line comes to."""
        return self.unit * self.count


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid: the fees, then what 減免 takes away of them."""

    lines: tuple[Line, ...] = ()

    @property
    def total(self) -> int:
        """The sum, never below zero: no fee has more taken away than it is."""
        return sum(line.sum for line in self.lines)

    @property
    def waived(self) -> int:
        """How much 減免 takes away."""
        return -sum(line.sum for line in self.lines if line.waiver)


def _count(item: ChargeItem, answers: Mapping[str, Any]) -> int:
    value = answers.get(item.count) if item.count else 1
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def less(waiver: Exemption, unit: int) -> int:
    """How many yen of one fee a waiver takes away: from nothing to all of it. What is left is rounded, not what is taken
    (国等の債権債務等の金額の端数計算に関する法律2条: a claim is cut to whole yen, also a municipality's; 要確認: the ordinance's own rule)."""
    left = max(unit - waiver.yen, 0) * 100 if waiver.yen else unit * (100 - waiver.percent)  # in hundredths of a yen
    step = waiver.step * 100
    rounded = (-(-left // step) if waiver.up else left // step) * waiver.step
    return unit - min(rounded, unit)


def covers(waiver: Exemption, fee: str, actual: bool) -> bool:
    """Does a waiver take something of this fee? Of 実費 (postage) only where it names it."""
    return fee in waiver.fees if waiver.fees else not actual


def bill(d: Definition, answers: Mapping[str, Any], price: Price, *, waived: bool = True) -> Bill:
    """The bill of these answers (地方自治法227条: fees are the ordinance's; here only their arithmetic). Of each fee the first waiver that
    holds and covers it takes away. Without ``waived``, what it is when nobody pays less."""
    charge: Charge | None = d.charge
    if charge is None:
        return Bill()
    holding = [x for x in charge.exempt if conditions.holds(x.condition, answers)] if waived else []
    lines, minus = [], []
    for item in charge.items:
        count = _count(item, answers)
        if not count or not conditions.holds(item.condition, answers):
            continue
        name, unit, actual = price(item.fee) if item.fee else (item.name, item.yen, False)
        lines.append(Line(name, unit, count))
        waiver = next((x for x in holding if covers(x, item.fee, actual)), None)
        if waiver is not None and (off := less(waiver, unit)):
            minus.append(Line(waiver.name, -off, count, waiver=True))
    return Bill((*lines, *minus))
