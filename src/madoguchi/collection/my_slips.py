"""The remaining 納付書 of one's own demand, as PDF."""

from __future__ import annotations

import dataclasses

from django.db import transaction

from madoguchi.identity.public import Owner, person_of
from madoguchi.kernel import audit, clock
from madoguchi.kernel.said import say

from . import mine
from .ledger import CHAIN
from .models import Demand
from .my_errors import NotShown, OrderWrong

NO_ADDRESS = "(住所は印字していません)"  # it may be a place that nobody may learn from here (docs/adr/0035)


def own_slips(*, owner: Owner, payer: str, demand_id: int) -> bytes:
    """The slips of what is left and comes no other way (mine.Due.wants_slip), with the name of the card and without an address. The
    caller has answered who the payer is. Raises NotShown, OrderWrong."""
    from .sheets import slips_of
    from .slips import draw
    from .slips.parts import Addressee

    demand, person = Demand.objects.filter(id=demand_id, payer=payer).first(), person_of(owner)
    if demand is None or person is None:
        raise NotShown
    dues = [due for due in mine.dues_of(payer) if due.part.demand_id == demand.id]
    notice = slips_of(demand, clock.today(), {due.part.number for due in dues if due.wants_slip})
    if notice is None and any(due.state == "debit" for due in dues):
        raise OrderWrong(say("納期限のころに、口座から引き落とします。納付書は要りません。"))
    if notice is None:
        raise OrderWrong(say("すべて納付済みです。納付書は要りません。"))
    notice = dataclasses.replace(notice, addressee=Addressee(person.name, "", (NO_ADDRESS,)))
    with transaction.atomic():
        audit.record(owner.actor, "slips.reissued", chain=CHAIN, facts={"demand": demand.id, "slips": len(notice.slips), "yen": notice.total})
    return draw.one(notice, letter=False)[0]
