"""An invented 調定 for the trial: taxes of the people of the trial register's kind, with names that nobody has."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import random

from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.offices.public import city

from .demand_sheet import COLUMNS, LINES

# 期 and 納期限 (month, day) as many cities have them; the year is 賦課年度, months before April are the next year's
PARTS = {"kotei": ((5, 31), (7, 31), (12, 25), (2, 28)), "keiji": ((5, 31),), "shiken": ((6, 30), (8, 31), (10, 31), (1, 31)),
         "kokuho": tuple((m, 28) for m in (7, 8, 9, 10, 11, 12, 1, 2)), "kaigo": tuple((m, 28) for m in (7, 8, 9, 10, 11, 12, 1, 2))}
YEN = {"kotei": (8_000, 260_000), "keiji": (2_000, 12_900), "shiken": (6_000, 320_000), "kokuho": (20_000, 640_000), "kaigo": (24_000, 150_000)}
FAMILY = ("山見本", "石川見本", "森見本", "浜見本", "原見本", "中島見本")
GIVEN = ("一郎", "花子", "次郎", "桜", "三郎", "楓", "四郎", "梅")
PLACES = ("見本町", "架空町", "試用町")


def _zip() -> str:
    return f"{city().zip[:3]}0000"


SOON = dt.timedelta(days=14)  # from today: a notice is there ten days before


def dues_of(charge: str, year: int, after: dt.date | None) -> list[dt.date]:
    """The usual 納期限 of a charge; with ``after`` so many months later that the first is not before it, as far as that is a day of
    the year's demands (demand_sheet)."""
    for later in range(13 if after else 1):
        months = [(year + (month < 4)) * 12 + month - 1 + later for month, _ in PARTS[charge]]
        days = zip(months, (day for _, day in PARTS[charge]), strict=True)
        dues = [dt.date(m // 12, m % 12 + 1, min(day, calendar.monthrange(m // 12, m % 12 + 1)[1])) for m, day in days]
        if after is None or dues[0] >= after:
            break
    return dues


def lines_of(charge: str, n: int, total: int) -> list[str]:
    """The 内訳 of an invented tax, as the tax system would hand them over. A 標識番号 begins with a city's name: one of 見本市 is
    nobody's."""
    if charge == "keiji":
        out = [f"標識番号=見本市 {'あいうえかきくけこさ'[n % 10]} {n // 100 % 100:02d}-{n % 100:02d}", "種別=軽四輪乗用(自家用)",
               f"税率(年額)={total:,}円"]
    elif charge == "kotei":
        city = total // 4
        out = [f"土地　固定資産税課税標準額={(total - city) * 45:,}円", f"家屋　固定資産税課税標準額={(total - city) * 25:,}円",
               f"固定資産税(税率1.4%)　相当税額={total - city:,}円", f"都市計画税(税率0.3%)　相当税額={city:,}円"]
    else:
        out = []
    return out + [""] * (len(LINES) - len(out))


def demands_csv(charge: str, *, year: int, people: int, seed: int, after: dt.date | None = None) -> bytes:
    """A file of 調定 of so many people (UTF-8 with BOM), the same for the same seed. ``after``: no 納期限 is before it."""
    chance, out = random.Random(f"{seed}:{charge}:{year}"), io.StringIO()  # noqa: S311 - invented people
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *LINES))
    low, high = YEN[charge]
    dues = dues_of(charge, year, after)
    for n in range(1, people + 1):
        total = chance.randrange(low, high) // 100 * 100
        each = total // len(dues) // 1000 * 1000  # 地方税法20条の4の2第6項: what does not divide goes to the first 期
        sums = [total - each * (len(dues) - 1)] + [each] * (len(dues) - 1)
        head = [f"{n:08d}", f"{9_000_000_000 + n}", f"{chance.choice(FAMILY)} {chance.choice(GIVEN)}", f"{_zip()[:3]}{chance.randrange(10_000):04d}",
                f"{city().seat}{chance.choice(PLACES)}{chance.randrange(1, 99)}番地{chance.randrange(1, 20)}", "", str(total)]
        for no, (due, yen) in enumerate(zip(dues, sums, strict=True), 1):
            if yen:
                writer.writerow([*head, no, yen, due.isoformat(), *lines_of(charge, n, total)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# The invented residents of the sign-in page, by the numbers that the trial's register gives them (register.rules.specimens)
OWN = {"900000002": "見本 花子", "900000005": "見本 太郎", "900000006": "試用 うめ"}
OWN_TAXES = (  # (宛名番号, charge, yen of each 期)
    ("900000002", "kotei", 24_000), ("900000002", "kokuho", 18_000), ("900000002", "keiji", 10_800), ("900000002", "shiken", 31_000),
    ("900000005", "keiji", 7_200), ("900000006", "kaigo", 6_100))

UNPAID = {("900000002", "kotei", 2), ("900000002", "shiken", 1)}
TWICE, TOLD, DEBITED = ("900000002", "keiji"), ("900000002", "shiken"), ("900000002", "kokuho")


def own_csv(charge: str, *, year: int) -> bytes:
    """A file of 調定 of those residents."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *LINES))
    for n, (payer, kind, each) in enumerate(OWN_TAXES, 1):
        if kind == charge:
            for no, (month, day) in enumerate(PARTS[charge], 1):
                due = dt.date(year + (month < 4), month, day)
                writer.writerow([f"7{n:07d}", payer, OWN[payer], _zip(), f"{city().seat}見本町1番地", "", each * len(PARTS[charge]), no, each,
                                 due.isoformat(), *lines_of(charge, n, each * len(PARTS[charge]))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def trial_taxes(*, actor: str) -> None:
    """固定資産税 of two hundred invented people of this year, and taxes of those who sign in on the start page, once: a city hall on
    trial that collects nothing shows nothing."""
    from .charges import charges
    from .demands import demands_take
    from .models import Demand

    year, there = fiscal_year(clock.today()), charges().all
    if "kotei" in there and not Demand.objects.exists():
        demands_take(actor=actor, charge="kotei", year=year, data=demands_csv("kotei", year=year, people=200, seed=1), name="架空の固定資産税.csv")
    if not Demand.objects.filter(payer__in=OWN).exists() and {kind for _, kind, _ in OWN_TAXES} <= set(there):
        for charge in sorted({kind for _, kind, _ in OWN_TAXES}):
            demands_take(actor=actor, charge=charge, year=year, data=own_csv(charge, year=year), name=f"試用の方の{charge}.csv")
        _pay(actor, year)


def _pay(actor: str, year: int) -> None:
    """What was due is paid, but for two 期 of 花子's: one is late, one bears 延滞金. Her 軽自動車税 is paid twice, one 期 of 市県民税 is told
    (速報), and the bank pays her 国保."""
    from .debits import COLUMNS as ACCOUNT_COLUMNS
    from .debits import debits_take
    from .formats.received import Received
    from .models import Instalment
    from .results import Results, results_take

    today = clock.today()
    parts = {(p.demand.payer, p.demand.charge, p.no): p for p in Instalment.objects.filter(demand__payer__in=OWN).select_related("demand")}
    paid = [part for key, part in parts.items() if part.due < today and key not in UNPAID]
    paid += [part for part in paid if (part.demand.payer, part.demand.charge) == TWICE]
    rows = [Received(n, 0, p.number, p.amount, p.due, "zengin" if (p.demand.payer, p.demand.charge) == DEBITED else "cvs", "final", "")
            for n, p in enumerate(paid, 1)]
    told = next((p for key, p in sorted(parts.items()) if key[:2] == TOLD and p.due >= today), None)
    rows += [Received(len(rows) + 1, 0, told.number, told.amount, today, "cvs", "prompt", "")] if told else []
    if rows:
        results_take(actor=actor, results=Results("cvs", "試用の収納.txt", f"trial:{year}".encode(), rows))
    account = f"{','.join(ACCOUNT_COLUMNS)}\r\n900000002,kokuho,0001,001,1,0000123,ミホン ハナコ,{year}-04-01,\r\n"
    debits_take(actor=actor, data=account.encode(), name="試用の口座.csv")


def results_invented(form: str, *, charge: str, year: int, count: int, on: dt.date | None) -> tuple[bytes, int, int]:
    """A file that says that so many 期 of a charge were paid, in the order of their numbers: its bytes, how many, how much. Without a
    day each is paid on its 納期限, or today when that is still to come."""
    from .city_formats import layout
    from .formats.received import Received
    from .formats.specimen import received_file
    from .models import Instalment

    parts = list(Instalment.objects.filter(demand__charge=charge, demand__year=year, settled_on=None).order_by("due", "number")[:max(count, 0)])
    chosen, today = layout(form), clock.today()
    code = next((code for code, result in chosen.results.items() if result.stage == "final"), "")
    day = on or min([today, *(part.due for part in parts)])
    rows = [Received(n, 0, part.number, part.amount - part.paid, day, form, "final", code) for n, part in enumerate(parts, 1)]
    return b"".join(received_file(chosen, rows, on=day)), len(rows), sum(row.amount for row in rows)
