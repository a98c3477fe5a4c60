"""Imports and the parity check as staff do them in the browser: the right is asked first, the file is read whole. What reads files and
draws slips is loaded by the first who needs it, not by every web process."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.payments import public as payments

from . import nightly, runs, selectors
from .access import section_require
from .charges import charges
from .errors import DemandNotFound, NothingToPrint
from .fees import fee_pdf, fees_ready
from .ledger import CHAIN
from .models import Demand, Run, Sheet


def demands_import(*, actor: Staff, charge: str, year: int, data: bytes, name: str) -> tuple[Sheet, bool]:
    """Take 調定 from an uploaded file. Raises DemandNotFound, ChargesWrong, SheetWrong."""
    from .demands import demands_take

    section_require(actor, writes=True)
    return demands_take(actor=actor.actor, charge=charge, year=year, data=data, name=name)


def results_import(*, actor: Staff, form: str, data: bytes, name: str, bank: str = "") -> tuple[Sheet, bool]:
    """Take 収納 from an uploaded file; ``bank``: the one of 銀行別 that sent it. Raises DemandNotFound, SheetWrong."""
    from .results import read_results, results_take

    section_require(actor, writes=True)
    return results_take(actor=actor.actor, results=read_results(form=form, data=data, name=name, bank=bank))


def parity_get(*, actor: Staff) -> list[str]:
    """Every difference in the books, in words. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return nightly.differences()


def debits_import(*, actor: Staff, data: bytes, name: str) -> tuple[Sheet, bool]:
    """Take 口座振替 registrations from an uploaded file. Raises DemandNotFound, SheetWrong."""
    from .debits import debits_take

    section_require(actor, writes=True)
    return debits_take(actor=actor.actor, data=data, name=name)


def letters_make(*, actor: Staff, kind: str, charge: str, year: int, issued_on: dt.date, known: str = "") -> Run:
    """Have the workers print the notices or reminders of a charge; ``known``: as run_start has it. Raises DemandNotFound, ChargesWrong,
    NothingToPrint, DuesNear."""
    section_require(actor, writes=True)
    return runs.run_start(actor=actor.actor, kind=kind, charge=charge, year=year, issued_on=issued_on, known=known)


@transaction.atomic
def demand_open(*, actor: Staff, demand_id: int) -> Demand:
    """One demand, for who looks at it on a page: every look is in the record of the section's reads, like the payer's own (mine.payer_of),
    with the 宛名番号 as a digest. Raises DemandNotFound."""
    found = selectors.demand_get(actor=actor, demand_id=demand_id)
    audit.record(actor.actor, "demand.seen", chain=f"reads:{charges().section}", facts={"demand": found.id}, of=found.payer or None)
    return found


def slips_again(*, actor: Staff, demand_id: int) -> bytes:
    """The slips of what is left of a demand, as PDF (再発行). Raises DemandNotFound, NothingToPrint."""
    from .sheets import slips_of
    from .slips import draw

    section_require(actor, writes=True)
    demand = selectors.demand_get(actor=actor, demand_id=demand_id)
    notice = slips_of(demand, clock.today())
    if notice is None:
        raise NothingToPrint("この通知書は、すべて納付済みです。納付書は要りません。")
    with transaction.atomic():
        audit.record(actor.actor, "slips.reissued", chain=CHAIN, facts={"demand": demand.id, "slips": len(notice.slips), "yen": notice.total})
    return draw.one(notice, letter=False)[0]


def fee_slip(*, actor: Staff, payment_id: str) -> bytes:
    """The 納付書 of an unpaid fee of this person's section, as PDF: for who has none at home. Raises PaymentNotFound, PaymentClosed,
    ProviderUnknown."""
    with transaction.atomic():
        payment = payments.payment_get(actor=actor, payment_id=payment_id, lock=True)  # who may only read gives no slips out
    if payment.state not in payments.OPEN:
        raise payments.PaymentClosed
    if not (payments.slip_offered(payment) and fees_ready()):
        raise payments.ProviderUnknown
    payments.payment_start(payment_id=payment_id, means=payments.SLIP, back="", language="ja", actor=actor.actor)
    data = fee_pdf(payment)
    if data is None:
        raise payments.PaymentClosed
    return data


def late_slips(*, actor: Staff, demand_id: int) -> bytes:
    """The letter and slips for the late charge and fees that are left after the tax was paid, as PDF. Raises DemandNotFound,
    NothingToPrint, RateMissing."""
    from .sheets import extra_of
    from .slips import draw

    section_require(actor, writes=True)
    demand = selectors.demand_get(actor=actor, demand_id=demand_id)
    notice = extra_of(demand, clock.today())
    if notice is None:
        raise NothingToPrint("本税を納め終わって延滞金か督促手数料が残っている期は、ありません。")
    with transaction.atomic():
        audit.record(actor.actor, "late.asked", chain=CHAIN, facts={"demand": demand.id, "slips": len(notice.slips), "yen": notice.total})
    return draw.one(notice)[0]


def ask_letter(*, actor: Staff, excess_id: int) -> bytes:
    """The letter that asks a payer for an account, with the form that comes back, as PDF. Raises DemandNotFound, NothingToPrint."""
    from .back_letters import ask_letter as letter
    from .givebacks import excess_get, free
    from .slips import draw

    section_require(actor, writes=True)
    excess = excess_get(actor=actor, excess_id=excess_id)
    with transaction.atomic():
        notice = letter(excess, clock.today(), free(excess))
        if excess.told is None:  # what a run says stays: it must come out as it was begun
            excess.told = notice.total
            excess.save(update_fields=["told"])
        audit.record(actor.actor, "excess.told", chain=CHAIN, facts={"excess": excess.id, "yen": notice.total})
    return draw.one(notice)[0]


def back_letter(*, actor: Staff, excess_id: int, back_id: str) -> bytes:
    """還付通知書 or 充当通知書 of one that was approved, as PDF. Raises DemandNotFound, NothingToPrint."""
    from .back_letters import back_letter as letter
    from .givebacks import excess_get
    from .slips import draw

    section_require(actor, writes=True)
    back = next((b for b in selectors.backs_of(excess_get(actor=actor, excess_id=excess_id)) if str(b.id) == back_id), None)
    if back is None:
        raise DemandNotFound
    with transaction.atomic():
        notice = letter(back, clock.today())
        back.told_on = clock.today()
        back.save(update_fields=["told_on"])
        audit.record(actor.actor, "back.told", chain=CHAIN, facts={"back": str(back.id), "yen": notice.total})
    return draw.one(notice)[0]
