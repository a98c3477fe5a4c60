"""収納日計表: what came and went on each day, by account, charge, year and means: out of the postings of the ledger, and of what payments took
beside it (card, cash, terminals for fees). For the treasury, to be laid beside the accounting system and the bank."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass

from django.db.models import Count, Sum

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.payments.public import MEANS, Taking, takings

from .access import may_count
from .charges import charges
from .errors import DemandNotFound
from .models import Posting
from .rules import OUT, account_words

LONGEST = dt.timedelta(days=92)
COLUMNS = ("日", "区分", "科目・課", "賦課年度", "借方", "貸方", "件数", "金額")
TAKEN, BACK, LEDGER = "手数料の受取り", "手数料の返金", "帳簿"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of posting on a day: so many yen from an account to another."""

    on: dt.date
    charge: str
    year: int | None
    debit: str
    credit: str
    count: int
    yen: int

    @property
    def words(self) -> tuple[str, str]:
        """Debit and credit as staff read them."""
        return account_words(self.debit), account_words(self.credit)


@dataclass(frozen=True, slots=True)
class Daily:
    """The days asked for. ``accounts``: what each account moved by, which together is nothing; ``came`` and ``went``: in and out of the
    city's money, ledger and fees together."""

    since: dt.date
    until: dt.date
    lines: list[Line]
    fees: list[Taking]

    @property
    def accounts(self) -> dict[str, int]:
        """Account → yen, as ledger.balances counts them, of these days."""
        out: dict[str, int] = {}
        for line in self.lines:
            out[line.debit] = out.get(line.debit, 0) + line.yen
            out[line.credit] = out.get(line.credit, 0) - line.yen
        return {account: out[account] for account in sorted(out) if out[account]}

    @property
    def came(self) -> int:
        """Yen that came in."""
        return sum(x.yen for x in self.lines if x.debit.startswith("bank:") and x.debit != OUT) + sum(x.yen for x in self.fees)

    @property
    def went(self) -> int:
        """Yen that went out, less what the bank brought back."""
        moved = sum(x.yen for x in self.lines if x.credit == OUT) - sum(x.yen for x in self.lines if x.debit == OUT)
        return moved + sum(x.back for x in self.fees)


def daily_get(*, actor: Staff, since: dt.date, until: dt.date) -> Daily:
    """The sums of some days (at most LONGEST). Raises DemandNotFound."""
    if not may_count(actor):
        raise DemandNotFound
    until = max(since, min(until, since + LONGEST))
    by = ("on", "instalment__demand__charge", "instalment__demand__year", "debit", "credit")
    rows = Posting.objects.filter(on__range=(since, until)).values_list(*by).annotate(n=Count("id"), t=Sum("amount"))
    # what has no 期別 first: databases put it at either end
    ordered = sorted(rows, key=lambda row: (row[0], row[1] or "", row[2] or 0, *row[3:5]))
    lines = [Line(on, _name(charge), year, debit, credit, n, t) for on, charge, year, debit, credit, n, t in ordered]
    return Daily(since, until, lines, takings(since, until))


def _name(charge: str | None) -> str:
    if charge is None:
        return "（期別なし）"
    found = charges().all.get(charge)
    return found.name if found else charge


def section_words(section: str) -> str:
    """A section by its name."""
    found = city().sections.get(section)
    return found.name if found else section


def means_words(means: str) -> str:
    """A means of payment in Japanese."""
    return str(MEANS.get(means, means))


def daily_sheet(*, actor: Staff, since: dt.date, until: dt.date) -> str:
    """The same as CSV. Raises DemandNotFound."""
    found, text = daily_get(actor=actor, since=since, until=until), io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for line in found.lines:
        sheet.writerow([line.on, LEDGER, line.charge, line.year or "", *line.words, line.count, line.yen])
    for row in found.fees:
        for kind, count, yen in ((TAKEN, row.count, row.yen), (BACK, row.backs, row.back)):
            if count:
                pair = (means_words(row.means), "手数料") if kind == TAKEN else ("手数料", means_words(row.means))
                sheet.writerow([row.on, kind, section_words(row.section), "", *pair, count, yen])
    sheet.writerow([f"{found.since}〜{found.until}", "入金の合計", "", "", "", "", "", found.came])
    sheet.writerow([f"{found.since}〜{found.until}", "出金の合計", "", "", "", "", "", found.went])
    return "\ufeff" + text.getvalue()


def days_asked(since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
    """What a page shows: the days that are typed; today where none is."""
    first = since or until or clock.today()
    return first, until or first
