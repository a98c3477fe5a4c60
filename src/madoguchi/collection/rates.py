"""Rates of 延滞金 and 還付加算金 as dated data (rates.yaml). A year that is not there has no rate; nothing is guessed."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.kinds import ours
from madoguchi.procedures.rules.yaml_strict import Problem, Table, load

RATES = Path(__file__).with_name("rates.yaml")
CONFIDENCE = ("V", "S", "R")
_KEYS = {"延滞金": ("初月", "以後"), "還付加算金": ("割合",)}


class RateMissing(DomainError):
    """No rate is loaded for a year that the sum would need."""

    code = "rate_missing"
    status = 422


class RatesWrong(DomainError):
    """The file of rates can not be used."""

    code = "rates_wrong"
    status = 500

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("割合の表が正しくありません。" + " / ".join(map(str, problems)))


@dataclass(frozen=True, slots=True)
class Rate:
    """Rates of one year in thousandths a year: (the first month, afterwards), or one for 還付加算金."""

    year: int
    permille: tuple[int, ...]
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates that are loaded, by year."""

    late: dict[int, Rate]
    refund: dict[int, Rate]

    def late_of(self, year: int) -> Rate:
        """The rates of 延滞金 of a year. Raises RateMissing."""
        return _found(self.late, year, "延滞金")

    def refund_of(self, year: int) -> Rate:
        """The rate of 還付加算金 of a year. Raises RateMissing."""
        return _found(self.refund, year, "還付加算金")


def _found(table: dict[int, Rate], year: int, what: str) -> Rate:
    if year not in table:
        raise RateMissing(ours(f"{year}年の{what}の割合が登録されていないため、計算できません(何も変えていません)。割合は前の年の12月に財務大臣が"
                          f"告示します。管理者に、告示と条例を確かめて市の設定のフォルダの割合の表(rates.yaml)に{year}年の行を加えるよう頼み、"
                          "もう一度行ってください。"), year=year)
    return table[year]


def _row(row: object, what: str, file: str, problems: list[Problem]) -> Rate | None:
    keys = _KEYS[what]
    if not isinstance(row, Table) or set(row) != {"年", *keys, "確度", "出典"}:
        problems.append(Problem(file, getattr(row, "line", 1), f"{what}の行には、年・{'・'.join(keys)}・確度・出典を書いてください"))
        return None
    before = len(problems)
    if not re.fullmatch(r"[12][0-9]{3}", row["年"]):
        problems.append(Problem(file, row.line_of("年"), "年は西暦4けたで書いてください"))
    problems += [Problem(file, row.line_of(key), f"{key}は 2.8 のように、小数第1位まで書いてください")
                 for key in keys if not re.fullmatch(r"[0-9]{1,2}\.[0-9]", row[key])]
    if row["確度"] not in CONFIDENCE or not row["出典"]:
        problems.append(Problem(file, row.line_of("確度"), "確度は V・S・R のどれかにし、出典も書いてください"))
    if len(problems) > before:
        return None
    return Rate(int(row["年"]), tuple(int(row[key].replace(".", "")) for key in keys), row["確度"], row["出典"])


def rates_read(text: str, file: str = "rates.yaml", *, whole: bool = True) -> Rates:
    """The rates of a file in the form of rates.yaml. ``whole``: it must hold both tables. Raises RatesWrong."""
    table, problems = load(text, file)
    found: dict[str, dict[int, Rate]] = {}
    for what in _KEYS:
        rows = table.get(what)
        found[what] = {}
        if rows is None and not whole:
            continue
        if not isinstance(rows, list):
            problems.append(Problem(file, 1, f"「{what}」の表がありません。加えてください"))
            continue
        for row in rows:
            rate = _row(row, what, file, problems)
            if rate and rate.year in found[what]:
                problems.append(Problem(file, row.line, f"{what}に{rate.year}年が二度あります。どちらか一つにしてください"))
            elif rate:
                found[what][rate.year] = rate
    if problems:
        raise RatesWrong(problems)
    return Rates(found["延滞金"], found["還付加算金"])


@functools.cache
def rates() -> Rates:
    """The rates that are shipped."""
    return rates_read(RATES.read_text(encoding="utf-8"))
