"""「わたしの税・料金」: what the payer owes, has paid and gets back. Who the payer is, is answered here and nowhere else (docs/adr/0035).

No name and no address of a demand is in any answer: they may be those of somebody else, or of a place that nobody may learn.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q

from madoguchi.identity.public import Owner, person_of, prefill, proven
from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.kernel.said import say
from madoguchi.payments import public as payments
from madoguchi.register.public import Claim, Place, own_number

from .accounts import KINDS, bank_words, opened
from .charges import charges
from .debits import PURPOSE
from .lateness import late_owed
from .models import Demand, DirectDebit, Excess, GiveBack, Instalment, Money, OnlineOrder
from .my_errors import NotShown
from .rates import RateMissing
from .rules import BELIEVED
from .selectors import stopped_why

HOW = {"cvs": say("コンビニ・スマホ決済"), "payeasy": say("ペイジー"), "elqr": say("地方税統一QRコード"), "ocr": say("金融機関の窓口"),
       "zengin": say("口座振替"), "online": say("オンラインの納付"), "cashier": say("市の窓口の現金"),
       "terminal": payments.MEANS["terminal"]}
DEPOSITS = {"1": say("普通"), "2": say("当座"), "3": say("納税準備"), "4": say("貯蓄")}
SHOWN = 100  # payments on the page
GENDERS = {"male": "1", "female": "2"}


def collects() -> bool:
    """Does this city collect taxes here at all?"""
    return bool(charges().all)


def payer_of(owner: Owner | None, what: str) -> str:
    """The 宛名番号 of the signed-in person, when the card proved who they are and the register has exactly one such resident; empty
    otherwise. Every asking is in the record of the section's reads. ``what`` is asked for."""
    person = person_of(owner) if owner and proven(owner) else None
    if owner is None or person is None:
        return ""
    said = prefill(person)
    name, place = said.get("氏名", {}), said.get("住所", {})
    claim = Claim("self", "", name.get("sei", ""), name.get("mei", ""), born=said.get("生年月日", ""), place=Place(**place))
    if not (claim.sei and claim.born and claim.place):
        return ""
    return own_number(actor=owner.actor, section=charges().section, what=what, claim=claim, gender=GENDERS.get(said.get("性別", ""), ""))


def payer_require(owner: Owner | None, what: str) -> str:
    """As payer_of. Raises NotShown."""
    found = payer_of(owner, what)
    if not found:
        raise NotShown
    return found


@dataclass(frozen=True, slots=True)
class Due:
    """A 期 that is not settled, or whose 延滞金 is not. ``state``: due, overdue, told (速報), sent (paid online a moment ago),
    debit (the bank will be asked, ``on`` is the day when it is known). ``left`` has the 督促手数料 in it. ``late`` None: no rate is loaded for it."""

    part: Instalment
    left: int
    late: int | None
    state: str
    on: dt.date | None = None

    @property
    def total(self) -> int:
        """What is to be paid today."""
        return self.left + (self.late or 0)

    @property
    def wants_slip(self) -> bool:
        """Is it paid by 納付書? What the bank will be asked for, and what is told to be paid, would be paid twice."""
        return self.state in ("due", "overdue") and self.part.settled_on is None

    @property
    def payable(self) -> bool:
        """May it be paid online now?"""
        return self.state in ("due", "overdue") and self.late is not None and self.total > 0


def dues_of(payer: str) -> list[Due]:
    """Everything that this payer owes, the oldest first."""
    rows = Instalment.objects.filter(Q(settled_on=None) | Q(settled_on__gt=F("due")), demand__payer=payer, written=0)
    debits = debits_of_payer(payer)
    sent = _sent(payer)
    found = (_due(row, any(_covers(d, row) for d in debits), row.number in sent)
             for row in rows.select_related("demand", "debit").order_by("due", "id"))
    return [due for due in found if due.left or due.late]


def _covers(debit: DirectDebit, row: Instalment) -> bool:
    """Is this 期 debited from that account: of its charge, and in force on its 納期限?"""
    return debit.charge == row.demand.charge and debit.since <= row.due and (debit.until is None or debit.until >= row.due)


def _due(row: Instalment, debited: bool, sent: bool) -> Due:
    today, tax = clock.today(), row.amount - row.paid
    left = tax + row.fee - row.fee_paid
    try:
        late: int | None = late_owed(row, charge=row.demand.charge, until=today)
    except RateMissing:
        late = None
    if sent or (row.prompt_on and row.prompt_on >= today - BELIEVED):
        return Due(row, left, late, "sent" if sent else "told", row.prompt_on)
    if tax and not row.failed_code and (row.debit or (debited and row.due >= today)):
        return Due(row, left, late, "debit", row.debit.on if row.debit else None)
    return Due(row, left, late, "overdue" if row.due < today else "due")


def _sent(payer: str) -> set[str]:
    """納付番号 of what was paid online a moment ago and is not in the books yet."""
    orders = {str(order.id): order for order in OnlineOrder.objects.filter(payer=payer, state="open")}
    made = payments.payments_of_cases(list(orders)) if orders else {}
    return {line[0] for ref, row in made.items() if row.state in (payments.State.SUCCESS, payments.State.SUBMITTED)
            for line in orders[ref].lines}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment: when, how, on what."""

    on: dt.date
    amount: int
    how: str
    part: Instalment
    over: bool  # 過誤納: all or some of it was too much
    order: str = ""  # the online order whose 領収証 says it


def receipts_of(payer: str) -> list[Receipt]:
    """What was paid since the beginning of the last fiscal year, the newest first."""
    since = dt.date(fiscal_year(clock.today()) - 1, 4, 1)
    rows = Money.objects.filter(instalment__demand__payer=payer, stage="final", paid_on__gte=since).select_related("instalment__demand")
    orders = {sheet: str(order) for order, sheet in OnlineOrder.objects.filter(payer=payer, state="posted").values_list("id", "sheet")}
    return [Receipt(m.paid_on, m.amount, HOW.get(m.channel, m.channel), m.instalment, m.outcome in ("twice", "over"),
                    orders.get(m.sheet_id, ""))
            for m in rows.order_by("-paid_on", "-id")[:SHOWN] if m.instalment]


@dataclass(frozen=True, slots=True)
class Account:
    """口座振替: the bank, and so much of the number that its owner knows it again."""

    charge: str
    bank: str
    kind: str
    tail: str
    since: dt.date


def debits_of_payer(payer: str) -> list[DirectDebit]:
    """The accounts of a payer that are in force."""
    rows = DirectDebit.objects.filter(Q(until=None) | Q(until__gte=clock.today()), payer=payer)
    return list(rows.order_by("charge", "since"))


def accounts_of(payer: str) -> list[Account]:
    """They, as the page shows them."""
    out = []
    for row in debits_of_payer(payer):
        account = opened(PURPOSE, row.account, str(row.id))
        out.append(Account(row.charge, bank_words(row.bank), DEPOSITS.get(account.kind, KINDS.get(account.kind, "")), account.number[-3:], row.since))
    return out


@dataclass(frozen=True, slots=True)
class Back:
    """過誤納金 of the payer: ``on`` is the day of the transfer once the bank has it."""

    amount: int
    part: Instalment
    on: dt.date | None = None
    target: Instalment | None = None  # 充当: what it was set against
    stopped: str = ""  # why a transfer that was told does not come (rules.STOPPED)


def backs_of(payer: str) -> list[Back]:
    """What the city still holds of the payer's, and what went to the bank, or was set against another due, within a hundred days."""
    held = Excess.objects.filter(instalment__demand__payer=payer, left__gt=0).select_related("instalment__demand").order_by("found_on", "id")
    since, own = clock.today() - dt.timedelta(days=100), GiveBack.objects.filter(excess__instalment__demand__payer=payer, state="done")
    offsets = own.filter(kind="offset", asked_at__date__gte=since).select_related("excess__instalment__demand", "target__demand")
    gone = own.filter(transfer__on__gte=since)
    gone = gone.select_related("excess__instalment__demand", "transfer").order_by("transfer__on", "id")
    return [*(Back(e.left, e.instalment, stopped=stopped_why(e)) for e in held if e.instalment),
            *(Back(b.amount + b.interest, b.excess.instalment, b.transfer.on) for b in gone if b.transfer and b.excess.instalment),
            *(Back(b.amount, b.excess.instalment, target=b.target) for b in offsets.order_by("asked_at", "id") if b.excess.instalment)]


def demands_open(payer: str) -> list[Demand]:
    """Demands of which something is left that comes no other way, for whoever wants the slips again."""
    rows = Demand.objects.filter(payer=payer, id__in={due.part.demand_id for due in dues_of(payer) if due.wants_slip})
    return list(rows.order_by("year", "charge", "id"))
