"""延滞金 of a 期: what it has come to by a day, and what of it is owed."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db.models import Q

from .charges import charges
from .late import TAX, Charge, Rounding, late_charge
from .models import Instalment, Posting
from .rates import rates
from .rules import Account


def _rounding(charge: str) -> Rounding:
    found = charges().all.get(charge)
    return dataclasses.replace(TAX, floor=found.floor) if found else TAX


def late_of(due: Instalment, *, charge: str, until: dt.date) -> Charge:
    """What has come about until a day (or until it was settled). Raises RateMissing."""
    rows = Posting.objects.filter(Q(credit=Account.RECEIVABLE) | Q(debit=Account.RECEIVABLE), instalment=due)
    came = rows.exclude(Q(debit__in=(Account.REVENUE, Account.WRITTEN)) | Q(credit=Account.REVENUE)).values_list("on", "amount", "credit")
    paid = [(on, amount if credit == Account.RECEIVABLE else -amount) for on, amount, credit in came] if due.paid else []
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
