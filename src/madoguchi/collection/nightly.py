"""The nightly parity check. What it found stands in the record; the page of the operator shows it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.witness import acts_of
from madoguchi.payments import public as payments

from .ledger import CHAIN, faults
from .models import Posting
from .witness import witness

AGAIN = dt.timedelta(hours=20)


def books_checked() -> tuple[dt.datetime, int] | None:
    """When the books were last compared, and how many differences there were."""
    last = AuditEntry.objects.filter(chain=CHAIN, action="books.checked").order_by("-seq").first()
    return (last.at, last.facts["faults"]) if last else None


def differences() -> list[str]:
    """Every difference in the books and in the record of payments, by name: to the yen, and rows that are not what the record of acts says."""
    found = [fault.ja for fault in witness(acts_of(CHAIN))]
    if found:  # people work meanwhile: look again at what the record says now
        found = [fault.ja for fault in witness(acts_of(CHAIN))]
    return faults() + payments.differences() + found


def books_check() -> int:
    """Compare the books, once a day. Returns how many differences there are; they are told by name on the staff's page."""
    last = books_checked()
    if (last and clock.now() - last[0] < AGAIN) or not (Posting.objects.exists() or payments.Payment.objects.exists()):
        return last[1] if last else 0
    found = differences()
    with transaction.atomic():
        audit.record("worker", "books.checked", chain=CHAIN, facts={"faults": len(found)})
    return len(found)
