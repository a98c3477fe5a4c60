"""The end of demands and files of money: when their term is over (collection.yaml: 保存) and nothing speaks against it, names, addresses,
宛名番号 and accounts go, and the contents of files. Numbers, sums, postings and the record stay: the books are whole only with all of
them (docs/adr/0036). One demand or file, one transaction: killed at any moment, the next run goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Q

from madoguchi.files.public import files_forget
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.keeping import FOREVER, goes_on

from .charges import DEMANDS, FILES, LETTERS, charges
from .errors import DemandNotFound
from .ledger import CHAIN, one_writer
from .models import (
    Change,
    DebitRequest,
    Demand,
    Excess,
    GiveBack,
    Instalment,
    Money,
    RunFile,
    Sheet,
    Transfer,
    Unmatch,
    WriteOff,
)
from .rules import Outcome

HOLDS = {"appeal": "審査請求", "lawsuit": "訴訟", "audit": "監査・調査"}
OPEN_BACKS = ("asked", "approved")
FILED: dict[str, tuple[type[models.Model], str, str]] = {  # kind → rows, which term, in words
    "sheet": (Sheet, FILES, "取り込んだファイル"), "letters": (RunFile, LETTERS, "通知書・督促状のファイル"),
    "request": (DebitRequest, FILES, "口座振替の請求のファイル"), "transfer": (Transfer, FILES, "総合振込のファイル")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it goes. ``why_not`` is empty when it does; no name of a person is in here."""

    kind: str
    id: int
    words: str
    last_on: dt.date
    goes_on: dt.date
    why_not: str


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(clock.JST).date()


def _last_of(demand: Demand, parts: list[Instalment]) -> dt.date:
    """When it was last dealt with."""
    backs = GiveBack.objects.filter(excess__instalment__demand=demand)
    days = [d for part in parts for d in (part.due, part.settled_on) if d]
    days += Money.objects.filter(instalment__demand=demand).values_list("paid_on", flat=True)
    days += [_day(at) for at in (*Change.objects.filter(demand=demand).values_list("at", flat=True), *backs.values_list("asked_at", flat=True))]
    days += [on for on in backs.values_list("transfer__on", flat=True) if on]
    return max(days, default=dt.date.min)


def _against(demand: Demand, parts: list[Instalment]) -> str:
    if demand.hold:
        return f"廃棄を止めています({HOLDS[demand.hold]})"
    if any(part.settled_on is None for part in parts):
        return "納め終わっていない期があります"
    if Excess.objects.filter(instalment__demand=demand, left__gt=0).exists():
        return "返していない過誤納金があります"
    if GiveBack.objects.filter(Q(excess__instalment__demand=demand) | Q(target__demand=demand), state__in=OPEN_BACKS).exists():
        return "終わっていない還付・充当があります"
    if WriteOff.objects.filter(instalment__demand=demand, state="asked").exists():
        return "承認を待つ不納欠損があります"
    if Unmatch.objects.filter(instalment__demand=demand, state="asked").exists():
        return "承認を待つ消込の取消しがあります"
    return ""


def _demand(demand: Demand, years: int, today: dt.date) -> Verdict | None:
    """None while the term runs."""
    parts = list(Instalment.objects.filter(demand=demand))
    last = _last_of(demand, parts)
    day = goes_on(last, years)
    if day > today:
        return None
    return Verdict("demand", demand.pk, f"調定 {demand.charge} {demand.year}年度 {demand.notice}", last, day, _against(demand, parts))


def _file_against(kind: str, row: models.Model) -> str:
    if isinstance(row, Sheet):
        if Money.objects.filter(sheet=row, outcome=Outcome.UNKNOWN, stage="final").exists():
            return "未整理の入金があります"
        if Excess.objects.filter(money__sheet=row, left__gt=0).exists():
            return "返していない過誤納金があります"
        if row.kind == "changes" and not Change.objects.filter(sheet=row).exists():
            return "更正が、するかしないかを待っています"
        if row.kind == "names" and "taken" not in row.counts:
            return "宛名の変更が、するかしないかを待っています"
        if Demand.objects.filter(Q(sheet=row) | Q(changes__sheet=row), forgotten_on=None).exists():
            return "廃棄していない調定があります"
    if isinstance(row, RunFile) and Demand.objects.filter(forgotten_on=None).filter(
            Q(run=row.run_id) | Q(instalments__reminders__run=row.run_id) | Q(changes__run=row.run_id)
            | Q(id__in=Excess.objects.filter(run=row.run_id).values("instalment__demand"))
            | Q(id__in=GiveBack.objects.filter(run=row.run_id).values("excess__instalment__demand"))).exists():
        return "廃棄していない調定があります"
    return ""


def _file(kind: str, row: models.Model, years: int, today: dt.date) -> Verdict | None:
    at: dt.datetime = row.done_at if isinstance(row, RunFile) else row.at  # type: ignore[assignment, attr-defined]
    last = max(_day(at), getattr(row, "on", dt.date.min))
    day = goes_on(last, years)
    return None if day > today else Verdict(kind, row.pk, f"{FILED[kind][2]} {row.pk}", last, day, _file_against(kind, row))


def _rows(kind: str) -> Iterator[models.Model]:
    if kind == "demand":
        yield from Demand.objects.filter(forgotten_on=None).order_by("id").iterator(chunk_size=500)
        return
    rows = FILED[kind][0]._default_manager.exclude(file_id=None).order_by("pk")
    yield from (rows.exclude(done_at=None) if kind == "letters" else rows).iterator(chunk_size=500)


def _verdict(kind: str, row: models.Model, today: dt.date) -> Verdict | None:
    years = charges().keep.get(DEMANDS if kind == "demand" else FILED[kind][1])
    if years is None or years == FOREVER:
        return None
    return _demand(row, years, today) if isinstance(row, Demand) else _file(kind, row, years, today)


def plan(*, today: dt.date | None = None) -> Iterator[Verdict]:
    """Everything whose term is over, with what speaks against its going: demands first, because files wait for them."""
    for kind in ("demand", *FILED):
        yield from (found for row in _rows(kind) if (found := _verdict(kind, row, today or clock.today())))


def unruled() -> list[str]:
    """What has no term in collection.yaml: nothing of it is ever destroyed."""
    return [what for what in (DEMANDS, FILES, LETTERS) if what not in charges().keep]


@transaction.atomic(durable=True)
def destroy(*, actor: str, kind: str, row_id: int, today: dt.date | None = None) -> bool:
    """Destroy one, judged again when nobody else writes. False if it stays."""
    one_writer()
    row = (Demand if kind == "demand" else FILED[kind][0])._default_manager.filter(pk=row_id).first()
    found = _verdict(kind, row, today or clock.today()) if row is not None else None
    if row is None or found is None or found.why_not:
        return False
    if isinstance(row, Demand):
        if row.forgotten_on is not None:
            return False
        Demand.objects.filter(id=row.id).update(name="", payer="", zip="", address="", building="", lines=[], forgotten_on=clock.today())
        GiveBack.objects.filter(excess__instalment__demand=row).update(account=b"")
        audit.record(actor, "demand.forgotten", chain=CHAIN, facts={"demand": row.id, "last": str(found.last_on)})
    elif row.file_id is not None:  # type: ignore[attr-defined]
        files_forget(ids=[str(row.file_id)])  # type: ignore[attr-defined]
        type(row)._default_manager.filter(pk=row.pk).update(file_id=None)
        audit.record(actor, "file.destroyed", chain=CHAIN, facts={"kind": kind, "file": row.pk, "last": str(found.last_on)})
    failpoints.hit("collection.keeping.before_commit")
    return True


@transaction.atomic(durable=True)
def hold_set(*, actor: str, charge: str, year: int, notice: str, kind: str) -> Demand:
    """Let a demand not be destroyed (審査請求, 訴訟 …); an empty kind lifts it. Raises DemandNotFound."""
    found = Demand.objects.filter(charge=charge, year=year, notice=notice).first()
    if found is None:
        raise DemandNotFound
    Demand.objects.filter(id=found.id).update(hold=kind)
    audit.record(actor, "demand.held" if kind else "demand.lifted", chain=CHAIN, facts={"demand": found.id, "kind": kind})
    return found
