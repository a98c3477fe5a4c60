"""Readers for staff of the section that collects."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, Func, IntegerField, Model, OuterRef, Q, QuerySet, Sum

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from .access import section_require
from .errors import DemandNotFound
from .lateness import extra_maybe, extra_owed
from .models import (
    Change,
    DebitAct,
    DebitRequest,
    Demand,
    DirectDebit,
    Excess,
    GiveBack,
    Instalment,
    Money,
    Run,
    RunFile,
    Sheet,
    Transfer,
    WriteOff,
)
from .rules import FORMS, ONLINE, Outcome

M = TypeVar("M", bound=Model)
SIZE = 50


def _one(rows: QuerySet[M], number: int) -> M:
    """Raises DemandNotFound."""
    found = rows.filter(pk=number).first()
    if found is None:
        raise DemandNotFound
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How a charge of a year stands: 調定額, 収納済額, 収入未済額, and of that what is past 納期限."""

    charge: str
    year: int
    demands: int
    amount: int
    paid: int
    overdue: int
    written: int = 0  # 不納欠損額

    @property
    def left(self) -> int:
        """収入未済額."""
        return self.amount - self.paid - self.written

    @property
    def rate(self) -> str:
        """収納率, as it is published: one place, cut off."""
        return f"{self.paid * 1000 // self.amount / 10:.1f}" if self.amount else "–"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that is debited; ``act``: the application that it came from, none for one from a file."""

    row: DirectDebit
    bank: str
    kind: str
    tail: str
    act: DebitAct | None


def standings(*, actor: Staff) -> list[Standing]:
    """Every charge and year. Raises DemandNotFound."""
    section_require(actor, writes=False)
    rows = Instalment.objects.values(charge=F("demand__charge"), year=F("demand__year")).annotate(
        demands=Count("demand", distinct=True), total=Sum("amount"), came=Sum("paid"), gone=Sum("written"),
        late=Sum(F("amount") - F("paid"), filter=Q(due__lt=clock.today(), settled_on=None))).order_by("-year", "charge")
    return [Standing(r["charge"], r["year"], r["demands"], r["total"], r["came"], r["late"] or 0, r["gone"]) for r in rows]


def sheet_list(*, actor: Staff, page: int = 1) -> Page[Sheet]:
    """Files that were taken, the newest first; an online payment comes into the books as one too, and nobody looks for it here. Raises
    DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(Sheet.objects.exclude(form=ONLINE).order_by("-id"), SIZE).get_page(page)


def change_sheets(*, actor: Staff, page: int = 1) -> Page[Any]:
    """Files of 更正, the newest first; ``waits``: nobody has said yes. Raises DemandNotFound."""
    section_require(actor, writes=False)
    rows = Sheet.objects.filter(kind="changes").annotate(waits=~Exists(Change.objects.filter(sheet=OuterRef("pk")))).order_by("-id")
    return Paginator(rows, SIZE).get_page(page)


def name_sheets(*, actor: Staff, page: int = 1) -> Page[Sheet]:
    """Files of 宛名, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(Sheet.objects.filter(kind="names").order_by("-id"), SIZE).get_page(page)


def changes_of_sheet(sheet: Sheet) -> QuerySet[Change]:
    """What a file that was found has changed."""
    return Change.objects.filter(sheet=sheet).select_related("demand").order_by("id")


def changes_of_demand(demand: Demand) -> list[Change]:
    """How a demand that was found was changed, the newest first."""
    return list(Change.objects.filter(demand=demand).order_by("-no"))


def write_off_list(*, actor: Staff, page: int = 1) -> Page[WriteOff]:
    """不納欠損, proposed and answered, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(WriteOff.objects.select_related("instalment__demand").order_by("-asked_at", "id"), SIZE).get_page(page)


def demand_list(*, actor: Staff, query: str = "", charge: str = "", wanted: str = "", page: int = 1) -> Page[Demand]:
    """Demands by 通知書番号, 宛名番号, 納付番号 or the beginning of the name. ``wanted``: overdue, extra (only late charge
    or fee is left), or all. Raises DemandNotFound, RateMissing."""
    section_require(actor, writes=False)
    rows = Demand.objects.filter(charge=charge) if charge else Demand.objects.all()
    query = unicodedata.normalize("NFKC", query).strip()
    if query.isascii() and query.isdecimal() and len(query) == 20:
        rows = rows.filter(id__in=Instalment.objects.filter(Q(number=query) | Q(voids__number=query)).values("demand"))
    elif query:
        rows = rows.filter(Q(notice=query) | Q(payer=query) | Q(name__istartswith=query))
    if wanted == "overdue":
        rows = rows.filter(id__in=Instalment.objects.filter(settled_on=None, due__lt=clock.today()).values("demand"))
    if wanted == "extra":
        return Paginator(_owing_extra(rows), SIZE).get_page(page)
    return Paginator(rows.order_by("-year", "charge", "id"), SIZE).get_page(page)


def _owing_extra(rows: QuerySet[Demand]) -> list[Demand]:
    """Those of which every 期 that is still owed is owed in late charge or fees alone."""
    open_ = Instalment.objects.filter(settled_on=None, due__lt=clock.today())
    parts = extra_maybe().filter(demand__in=rows.exclude(id__in=open_.values("demand"))).select_related("demand").prefetch_related("postings")
    found = {part.demand_id: part.demand for part in parts.iterator(chunk_size=500)
             if extra_owed(part, charge=part.demand.charge, on=clock.today())}
    return sorted(found.values(), key=lambda d: (-d.year, d.charge, d.id))


def demand_get(*, actor: Staff, demand_id: int) -> Demand:
    """One demand. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(Demand.objects.all(), demand_id)


def instalments_of(demand: Demand) -> list[Instalment]:
    """The 期 of a demand that was found."""
    return list(Instalment.objects.filter(demand=demand).order_by("no"))


def extra_of(demand: Demand) -> dict[int, int]:
    """期 → yen that it owes of fee and late charge though its tax is paid. Raises RateMissing."""
    rows = {part.no: extra_owed(part, charge=demand.charge, on=clock.today()) for part in instalments_of(demand)}
    return {no: yen for no, yen in rows.items() if yen}


def money_of(demand: Demand) -> list[Money]:
    """What was paid on a demand that was found, as it came."""
    taken_back = Q(outcome=Outcome.VOIDED, number__in=Instalment.objects.filter(demand=demand).values("number"))
    rows = Money.objects.filter(Q(instalment__demand=demand) | taken_back)
    return list(rows.select_related("instalment").order_by("paid_on", "id"))


def unmatched_list(*, actor: Staff, page: int = 1) -> Page[Money]:
    """Money without a 納付書, the oldest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(Money.objects.filter(outcome=Outcome.UNKNOWN, stage="final").order_by("id"), SIZE).get_page(page)


def money_get(*, actor: Staff, money_id: int) -> Money:
    """One payment. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(Money.objects.select_related("sheet", "instalment"), money_id)


def excess_list(*, actor: Staff, page: int = 1) -> Page[Excess]:
    """過誤納金 that is still here, the oldest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    rows = Excess.objects.filter(left__gt=0).select_related("money", "instalment__demand", "fee").order_by("found_on", "id")
    return Paginator(rows, SIZE).get_page(page)


def sheet_get(*, actor: Staff, sheet_id: int) -> Sheet:
    """One file. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(Sheet.objects.all(), sheet_id)


def run_list(*, actor: Staff, page: int = 1) -> Page[Run]:
    """Runs of notices, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(Run.objects.order_by("-id"), SIZE).get_page(page)


def run_get(*, actor: Staff, run_id: int) -> Run:
    """One run. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(Run.objects.all(), run_id)


def run_file_get(*, actor: Staff, file_id: int) -> RunFile:
    """One finished file of a run. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(RunFile.objects.exclude(Q(done_at=None) | Q(file_id=None)), file_id)


class Length(Func):
    """How long a list in a column is, counted by the database."""

    function = "JSON_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's word for it."""
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **extra)


def run_files(run: Run) -> list[RunFile]:
    """The files of a run that was found; ``letters``: how many will be in each."""
    return list(run.files.annotate(letters=Length("ids")).order_by("no").defer("ids"))


def backs_of(excess: Excess) -> list[GiveBack]:
    """What was asked for of an excess that was found, the oldest first."""
    rows = GiveBack.objects.filter(excess=excess).select_related("target__demand", "transfer", "excess__money", "excess__instalment__demand")
    return list(rows.order_by("asked_at", "id"))


def told_alike(excess: Excess) -> str:
    """The other file that tells of a payment of the same number, day, sum and way, for an excess that was found: it may be one payment
    that was sent twice. Empty when there is none."""
    money = excess.money
    rows = Money.objects.filter(instalment=money.instalment_id, number=money.number, amount=money.amount, paid_on=money.paid_on,
                                channel=money.channel, stage=money.stage)
    other = rows.exclude(sheet=money.sheet_id).select_related("sheet").order_by("id").first() if money.channel in FORMS else None
    return other.sheet.name if other else ""


def transfer_list(*, actor: Staff, page: int = 1) -> Page[Transfer]:
    """総合振込 files, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(Transfer.objects.order_by("-id"), SIZE).get_page(page)


def transfer_get(*, actor: Staff, transfer_id: int) -> Transfer:
    """One 総合振込, to send to the bank: it holds accounts, so who only reads does not get it; nor does anybody get one that was taken
    back, or is asked to be. Raises DemandNotFound."""
    section_require(actor, writes=True)
    return _one(Transfer.objects.exclude(file_id=None).filter(state="made"), transfer_id)


def refunds_waiting(*, actor: Staff) -> int:
    """Approved 還付 that no transfer holds yet. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return GiveBack.objects.filter(kind="refund", state="approved").count()


def debits_count(*, actor: Staff) -> int:
    """Accounts that are debited. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return DirectDebit.objects.filter(until=None).count()


def request_list(*, actor: Staff, page: int = 1) -> Page[DebitRequest]:
    """口座振替請求 files, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(DebitRequest.objects.order_by("-id"), SIZE).get_page(page)


def request_get(*, actor: Staff, request_id: int) -> DebitRequest:
    """One request, to send to the bank: it holds accounts, so who only reads does not get it; nor does anybody get one that was taken
    back, or is asked to be. Raises DemandNotFound."""
    section_require(actor, writes=True)
    return _one(DebitRequest.objects.exclude(file_id=None).filter(state="made"), request_id)


def request_show(*, actor: Staff, request_id: int) -> DebitRequest:
    """One request as it stands, without its file. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return _one(DebitRequest.objects.all(), request_id)


def registrations_waiting(*, actor: Staff) -> list[DebitAct]:
    """Accepted applications for 口座振替 of which nobody has said yet whose tax it is, the oldest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return list(DebitAct.objects.filter(state="asked").order_by("at", "id"))


def candidates_of(act: DebitAct) -> list[Demand]:
    """Demands of the 通知書番号 that was typed, for an application that was found."""
    return list(Demand.objects.filter(charge=act.charge, notice=act.notice).order_by("-year")[:5]) if act.notice else []


def account_list(*, actor: Staff, page: int = 1) -> Page[DirectDebit]:
    """Accounts that are debited, or were, by their first day, the newest first. Raises DemandNotFound."""
    section_require(actor, writes=False)
    return Paginator(DirectDebit.objects.order_by("-since", "payer", "charge").prefetch_related("acts"), SIZE).get_page(page)


def account_rows(rows: Iterable[DirectDebit]) -> list[AccountRow]:
    """They, as staff see them: so much of the number as is needed to know it again."""
    from .accounts import KINDS, bank_words, opened
    from .debits import PURPOSE

    out = []
    for row in rows:
        account = opened(PURPOSE, row.account, str(row.id))
        act = next(iter(row.acts.all()), None)
        out.append(AccountRow(row, bank_words(row.bank), KINDS.get(account.kind, ""), account.number[-3:], act))
    return out


def accounts_of(demand: Demand) -> list[AccountRow]:
    """The accounts for the charge of a demand that was found, the newest first."""
    rows = DirectDebit.objects.filter(payer=demand.payer, charge=demand.charge).order_by("-since").prefetch_related("acts")
    return account_rows(rows)


def payer_shown(*, actor: Staff, payer: str) -> Demand | None:
    """The newest demand of a 宛名番号, for whoever must see the name before saying that it is the right one. Raises DemandNotFound."""
    section_require(actor, writes=True)
    return Demand.objects.filter(payer=payer).order_by("-year", "-id").first()


def stopped_why(excess: Excess) -> str:
    """Why the last 還付 of an excess, which was found, was stopped after it was approved; empty when it was not, or another is on its way."""
    rows = GiveBack.objects.filter(excess=excess)
    last = None if rows.filter(state__in=("asked", "approved")).exists() else rows.order_by("-asked_at", "-id").first()
    return last.why if last is not None and last.state == "declined" else ""
