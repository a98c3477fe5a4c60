"""An invented 調定 for the trial: taxes of the people of the trial register's kind, with names that nobody has."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year

from .demand_sheet import COLUMNS

# 期 and 納期限 (month, day) as many cities have them; the year is 賦課年度, months before April are the next year's
PARTS = {"kotei": ((5, 31), (7, 31), (12, 25), (2, 28)), "keiji": ((5, 31),), "shiken": ((6, 30), (8, 31), (10, 31), (1, 31)),
         "kokuho": tuple((m, 28) for m in (7, 8, 9, 10, 11, 12, 1, 2)), "kaigo": tuple((m, 28) for m in (7, 8, 9, 10, 11, 12, 1, 2))}
YEN = {"kotei": (8_000, 260_000), "keiji": (2_000, 12_900), "shiken": (6_000, 320_000), "kokuho": (20_000, 640_000), "kaigo": (24_000, 150_000)}
FAMILY = ("能登見本", "石川見本", "七尾見本", "和倉見本", "鹿島見本", "中島見本")
GIVEN = ("一郎", "花子", "次郎", "桜", "三郎", "楓", "四郎", "梅")
PLACES = ("見本町", "架空町", "試用町")


def demands_csv(charge: str, *, year: int, people: int, seed: int) -> bytes:
    """A file of 調定 of so many people (UTF-8 with BOM), the same for the same seed."""
    chance, out = random.Random(f"{seed}:{charge}:{year}"), io.StringIO()  # noqa: S311 - invented people
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    low, high = YEN[charge]
    for n in range(1, people + 1):
        total = chance.randrange(low, high) // 100 * 100
        dues = [dt.date(year + (month < 4), month, day) for month, day in PARTS[charge]]
        each = total // len(dues) // 1000 * 1000  # 地方税法20条の4の2第6項: what does not divide goes to the first 期
        sums = [total - each * (len(dues) - 1)] + [each] * (len(dues) - 1)
        head = [f"{n:08d}", f"{9_000_000_000 + n}", f"{chance.choice(FAMILY)} {chance.choice(GIVEN)}", f"926{chance.randrange(10_000):04d}",
                f"石川県七尾市{chance.choice(PLACES)}{chance.randrange(1, 99)}番地{chance.randrange(1, 20)}", "", str(total)]
        for no, (due, yen) in enumerate(zip(dues, sums, strict=True), 1):
            if yen:
                writer.writerow([*head, no, yen, due.isoformat()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def trial_taxes(*, actor: str) -> None:
    """固定資産税 of two hundred invented people of this year, once: a city hall on trial that collects nothing shows nothing."""
    from .charges import charges
    from .demands import demands_take
    from .models import Demand

    year = fiscal_year(clock.today())
    if "kotei" in charges().all and not Demand.objects.exists():
        demands_take(actor=actor, charge="kotei", year=year, data=demands_csv("kotei", year=year, people=200, seed=1), name="架空の固定資産税.csv")
