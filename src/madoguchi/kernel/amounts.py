"""Months, numbers and sums of money inside sentences, so that each language writes them its own way. Plain Python."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .eras import wareki


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year."""

    first: dt.date

    @property
    def ja(self) -> str:
        """令和8年12月."""
        return wareki(self.first.replace(day=1)).removesuffix("1日")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in words of a language: 65,000, 65.000."""

    amount: int

    @property
    def ja(self) -> str:
        """65,000."""
        return f"{self.amount:,}"


@dataclass(frozen=True, slots=True)
class Yen:
    """A sum of money."""

    amount: int

    @property
    def ja(self) -> str:
        """6万5,000円, as letters of a city write it."""
        man, rest = divmod(self.amount, 10_000)
        return f"{man:,}万{rest:,}円" if man and rest else f"{man:,}万円" if man else f"{rest:,}円"
