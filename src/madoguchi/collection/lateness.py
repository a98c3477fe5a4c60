"""延滞金 of a 期: what it has come to by a day, and what of it is owed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import BigIntegerField, F, Func, Q, QuerySet
from django.db.models.functions import Greatest

from .charges import charges
from .city_rates import rates
from .late import TAX, YEAR, Charge, Rounding, late_charge
from .models import Instalment
from .rules import Account


def _rounding(charge: str) -> Rounding:
    found = charges().all.get(charge)
    return dataclasses.replace(TAX, floor=found.floor) if found else TAX


def late_of(due: Instalment, *, charge: str, until: dt.date) -> Charge:
    """What has come about until a day (or until it was settled). Raises RateMissing."""
    came = [p for p in due.postings.all() if Account.RECEIVABLE in (p.debit, p.credit)
            and p.debit not in (Account.REVENUE, Account.WRITTEN) and p.credit != Account.REVENUE] if due.paid else []
    paid = [(p.on, p.amount if p.credit == Account.RECEIVABLE else -p.amount) for p in came]
    return late_charge(tax=due.amount, due=due.due, payments=paid, until=min(until, due.settled_on or until), rates=rates(),
                       rounding=_rounding(charge))


def late_owed(due: Instalment, *, charge: str, until: dt.date) -> int:
    """Yen that are owed and not paid; 0 for a charge that takes none, and before 納期限. Raises RateMissing."""
    found = charges().all.get(charge)
    if found is None or not found.late or until <= due.due or due.written:
        return 0
    return max(0, late_of(due, charge=charge, until=until).amount - due.late_paid)


def extra_owed(due: Instalment, *, charge: str, on: dt.date) -> int:
    """Yen that a 期 whose tax is paid still owes: fee and late charge. Raises RateMissing."""
    if due.settled_on is None or due.written:
        return 0
    return due.fee - due.fee_paid + late_owed(due, charge=charge, until=on)


class _Days(Func):
    """The days from the second date to the first."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(julianday(%(expressions)s) AS integer)", arg_joiner=") - julianday(", **more)


def extra_maybe() -> QuerySet[Instalment]:
    """期 whose tax is paid and that may still owe: of the fee, or paid so late that the highest rate of all years would make a late charge
    that is asked for. What each really owes is for extra_owed."""
    most = max(permille for rate in rates().late.values() for permille in rate.permille)
    could = Q(most__gte=Greatest(TAX.result_least, F("late_paid")) * YEAR)
    rows = Instalment.objects.filter(settled_on__isnull=False, written=0, demand__forgotten_on=None)
    return rows.annotate(most=F("amount") * _Days(F("settled_on"), F("due")) * most).filter(could | Q(fee__gt=F("fee_paid")))
