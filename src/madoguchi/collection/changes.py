"""更正: demands are changed by a file of the tax system, whole or not at all; what stood before is kept. A file is read and shown first
(``change_read``), and takes effect when somebody has looked at it and said yes (``change_take``)."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from madoguchi.files.public import file_get, file_open, file_write, files_forget
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from . import change_sheet
from .access import section_require
from .change_sheet import NewClaim, NewPart
from .charges import charge_get, charges
from .demand_sheet import TRIAL
from .demanded import changes_digest
from .demands import trial_number
from .errors import DemandNotFound, MoneyMoved, SheetWrong
from .lateness import late_of
from .ledger import CHAIN, one_writer
from .models import Change, Demand, Excess, GiveBack, Instalment, Posting, Reminder, RunFile, Sheet, VoidNumber
from .rules import Account

CHUNK = 500
FREE = 90_000_000_000_000  # trial numbers of slips that a change made begin here; those of demands count from 1


@dataclass(frozen=True, slots=True)
class Diff:
    """A demand that will change: each of its 期 as it is (None: there is none yet) and as it will be."""

    demand: Demand
    claim: NewClaim
    parts: tuple[tuple[Instalment | None, NewPart], ...]

    @property
    def by(self) -> int:
        """Yen by which the year's sum changes."""
        return self.claim.amount - self.demand.amount

    @property
    def surplus(self) -> int:
        """Yen that were paid and are the payer's again."""
        return sum(max(0, old.paid - new.amount) for old, new in self.parts if old)


def _known(sheet: Sheet) -> bool:
    return sheet.changes.exists()


def change_read(*, actor: Staff, charge: str, year: int, data: bytes, name: str) -> Sheet:
    """Keep a file of changes that is right as a whole, to be looked at; nothing changes yet. The same file again is the same one.
    Raises DemandNotFound, ChargesWrong, SheetWrong with every error."""
    section_require(actor, writes=True)
    found, digest = charge_get(charge), hashlib.sha256(f"{charge}:{year}:".encode() + data).hexdigest()
    with transaction.atomic(durable=True):
        one_writer()
        sheet = Sheet.objects.filter(kind="changes", sha256=digest).first()
        if sheet is not None:
            return sheet
        diffs = _diffs(found.key, year, data)
        kept = file_write(data=data, name=name, kind="text/csv", owner="collection")
        total = sum(d.by for d in diffs)
        sheet = Sheet.objects.create(
            kind="changes", form=found.key, name=name[:150], sha256=digest, file_id=kept.id, rows=sum(len(d.parts) for d in diffs),
            amount=total, counts={"changes": [len(diffs), total], "year": [year, 0]}, by=actor.actor, at=clock.now())
        audit.record(actor.actor, "changes.read", chain=CHAIN, facts={"sheet": sheet.id, "charge": charge, "year": year, "sha256": digest})
        failpoints.hit("collection.changes.read")
    return sheet


def change_show(*, actor: Staff, sheet_id: int) -> tuple[Sheet, list[Diff]]:
    """A file of changes and, while it waits for its yes, what it will change as things stand now. Raises DemandNotFound, SheetWrong."""
    section_require(actor, writes=False)
    sheet = Sheet.objects.filter(id=sheet_id, kind="changes").first()
    if sheet is None:
        raise DemandNotFound
    return sheet, [] if _known(sheet) else _diffs(sheet.form, sheet.counts["year"][0], _data(sheet))


def _data(sheet: Sheet) -> bytes:
    with file_open(file_get(str(sheet.file_id))) as source:
        return source.read()


@transaction.atomic(durable=True)
def change_take(*, actor: Staff, sheet_id: int) -> Sheet:
    """Yes: every demand of the file becomes what it says. Raises DemandNotFound, MoneyMoved, SheetWrong, RateMissing."""
    section_require(actor, writes=True)
    one_writer()
    sheet, diffs = change_show(actor=actor, sheet_id=sheet_id)
    if not diffs:
        raise MoneyMoved
    surplus = sum(d.surplus for d in diffs)
    said = changes_digest([_change(actor, sheet, diff) for diff in diffs])
    audit.record(actor.actor, "changes.imported", chain=CHAIN, facts={
        "sheet": sheet.id, "demands": len(diffs), "yen": sheet.amount, "sha256": sheet.sha256, "surplus": surplus, "said": said})
    failpoints.hit("collection.changes.before_commit")
    return sheet


@transaction.atomic(durable=True)
def change_drop(*, actor: Staff, sheet_id: int) -> None:
    """No: the file goes. Raises DemandNotFound, MoneyMoved when it has taken effect."""
    section_require(actor, writes=True)
    one_writer()
    sheet = Sheet.objects.filter(id=sheet_id, kind="changes").first()
    if sheet is None:
        raise DemandNotFound
    if _known(sheet):
        raise MoneyMoved
    files_forget(ids=[str(sheet.file_id)])
    audit.record(actor.actor, "changes.dropped", chain=CHAIN, facts={"sheet": sheet.id, "sha256": sheet.sha256})
    sheet.delete()


def _diffs(charge: str, year: int, data: bytes) -> list[Diff]:
    """What a file changes, judged against what is there. Raises SheetWrong with every error."""
    claims, out, faults = change_sheet.read(data, year=year, names=charges().columns), list[Diff](), list[str]()
    for at in range(0, len(claims), CHUNK):
        some = claims[at:at + CHUNK]
        demands = {d.notice: d for d in Demand.objects.filter(charge=charge, year=year, notice__in=[c.notice for c in some])}
        parts: dict[int, dict[int, Instalment]] = {}
        for part in Instalment.objects.filter(demand__in=list(demands.values())):
            parts.setdefault(part.demand_id, {})[part.no] = part
        waiting = set(Change.objects.filter(demand__in=list(demands.values()), told=True, run=None).values_list("demand", flat=True))
        printing = being_printed(list(demands.values()))
        taken = _taken([p.number for c in some for p in c.parts if p.number])
        for claim in some:
            demand = demands.get(claim.notice)
            old = parts.get(demand.id, {}) if demand else {}
            faults += _faults(claim, demand, old, taken, waiting, printing)
            if demand:
                out.append(Diff(demand, claim, tuple((old.get(p.no), p) for p in sorted(claim.parts, key=lambda p: p.no))))
    if faults:
        raise SheetWrong(faults)
    return out


def _taken(numbers: list[str]) -> set[str]:
    return {*Instalment.objects.filter(number__in=numbers).values_list("number", flat=True),
            *VoidNumber.objects.filter(number__in=numbers).values_list("number", flat=True)} if numbers else set()


def being_printed(demands: list[Demand]) -> set[int]:
    """Those of which a letter is being printed: it says what they are now, and the run must come out as it was begun."""
    runs = set(RunFile.objects.filter(done_at=None).values_list("run", flat=True))
    return runs and {*(d.id for d in demands if d.run_id in runs),
                     *Change.objects.filter(demand__in=demands, run__in=runs).values_list("demand", flat=True),
                     *Reminder.objects.filter(instalment__demand__in=demands, run__in=runs).values_list("instalment__demand", flat=True),
                     *Excess.objects.filter(instalment__demand__in=demands, run__in=runs).values_list("instalment__demand", flat=True),
                     *GiveBack.objects.filter(excess__instalment__demand__in=demands, run__in=runs).values_list(
                         "excess__instalment__demand", flat=True)}


def _faults(claim: NewClaim, demand: Demand | None, old: dict[int, Instalment], taken: set[str], waiting: set[int],
            printing: set[int]) -> list[str]:
    where = f"{claim.line}行目 通知書番号「{claim.notice}」"
    if demand is None:
        return [f"{where}の調定がありません。科目と賦課年度を確かめるか、先に調定を取り込んでください"]
    if demand.id in printing:
        return [f"{where}は、通知書か督促状を印刷しているところです。「通知書・督促状」でその回が終わってから、もう一度開いてください"]
    if demand.id in waiting:
        return [f"{where}は、前の更正の税額変更通知書をまだ作っていません。先に「通知書・督促状」で作ってください"]
    out = [f"{where}の{no}期がありません。変わらない期も、なくなった期(0円)も書いてください" for no in sorted(set(old) - {p.no for p in claim.parts})]
    out += [f"{p.line}行目 納付番号「{p.number}」は、もう使われています。税務システムで確かめてください"
            for p in claim.parts if p.number in taken and not (p.no in old and old[p.no].number == p.number)]
    out += [f"{p.line}行目 通知書番号「{claim.notice}」の{p.no}期は、不納欠損にしたので更正できません。今の額と納期限のまま書いてください"
            for p in claim.parts if p.no in old and old[p.no].written and _moved(old[p.no], p)]
    if not out and all(p.no in old and not _moved(old[p.no], p) for p in claim.parts):
        out.append(f"{where}は、今の調定と同じです。この行を外してください")
    return out


def _moved(old: Instalment, new: NewPart) -> bool:
    return (old.amount, old.due) != (new.amount, new.due)


def _state(demand: Demand) -> list[list[Any]]:
    rows = Instalment.objects.filter(demand=demand).order_by("no")
    return [[r.no, r.due.isoformat(), r.amount, r.number, r.paid] for r in rows]


def _change(actor: Staff, sheet: Sheet, diff: Diff) -> Change:
    demand, on = diff.demand, clock.today()
    last = Change.objects.filter(demand=demand).aggregate(last=Max("no"))["last"] or 0
    change = Change(sheet=sheet, demand=demand, no=last + 1, was=demand.amount, amount=diff.claim.amount, left=0, before=_state(demand),
                    after=[], why=diff.claim.why, told=demand.run_id is not None, by=actor.actor, at=clock.now())
    change.save()
    for old, new in diff.parts:
        if old is None:
            _begin(sheet, change, new, on)
        elif _moved(old, new):
            _renumber(change, old, new)
            part_reset(sheet, old, new, on)
    if diff.by or diff.claim.lines:  # without new ones, the old ones are no longer true
        demand.lines = diff.claim.lines
    demand.amount = diff.claim.amount
    demand.save(update_fields=["amount", "lines"])
    change.after, change.left = _state(demand), sum(r.amount - r.paid - r.written for r in demand.instalments.all())
    change.save(update_fields=["after", "left"])
    return change


def _number(change: Change, new: NewPart) -> tuple[str, str]:
    return (new.number, new.confirm) if new.number else trial_number(FREE + change.id * 100 + new.no)


def _begin(sheet: Sheet, change: Change, new: NewPart, on: dt.date) -> None:
    number, confirm = _number(change, new)
    part = Instalment.objects.create(demand=change.demand, no=new.no, amount=new.amount, due=new.due, number=number, confirm=confirm,
                                     settled_on=None if new.amount else on)
    if new.amount:
        Posting.objects.create(sheet=sheet, instalment=part, debit=Account.RECEIVABLE, credit=Account.REVENUE, amount=new.amount, on=on)


def _renumber(change: Change, part: Instalment, new: NewPart) -> None:
    """A new slip has a number of its own. A real one is given by the tax system only; where the file brings none, it stays."""
    if not (part.number.startswith(TRIAL) or (new.number and new.number != part.number)):
        return
    VoidNumber.objects.create(number=part.number, instalment=part, change=change)
    part.number, part.confirm = _number(change, new)


def part_reset(sheet: Sheet, part: Instalment, new: NewPart, on: dt.date) -> None:
    """Book the difference, and set free what was paid too much: of the tax, then of the late charge that came about on it."""
    by = new.amount - part.amount
    if by:
        debit, credit = (Account.RECEIVABLE, Account.REVENUE) if by > 0 else (Account.REVENUE, Account.RECEIVABLE)
        Posting.objects.create(sheet=sheet, instalment=part, debit=debit, credit=credit, amount=abs(by), on=on)
    surplus = max(0, part.paid - new.amount)
    part.amount, part.due, part.paid = new.amount, new.due, part.paid - surplus
    part.settled_on = (part.settled_on or on) if part.paid == part.amount else None
    part.save(update_fields=["amount", "due", "paid", "settled_on", "number", "confirm"])
    _free(part, Account.RECEIVABLE, surplus, on)
    if part.late_paid and by < 0:
        over = part.late_paid - min(part.late_paid, late_of(part, charge=part.demand.charge, until=part.settled_on or on).amount)
        part.late_paid -= over
        part.save(update_fields=["late_paid"])
        _free(part, Account.LATE, over, on)
    if part.fee and not part.amount:
        _fee_off(part, on)


def _fee_off(part: Instalment, on: dt.date) -> None:
    """A 督促状 for a tax that never was has no fee: what was booked is taken back, what was paid of it is the payer's again (要確認: 条例)."""
    Posting.objects.create(instalment=part, debit=Account.FEE, credit=Account.FEE_DUE, amount=part.fee, on=on)
    paid, part.fee, part.fee_paid = part.fee_paid, 0, 0
    part.save(update_fields=["fee", "fee_paid"])
    _free(part, Account.FEE_DUE, paid, on)


def _free(part: Instalment, account: Account, yen: int, on: dt.date) -> None:
    """過誤納: that much of what was paid to an account is the payer's again, the newest payments first."""
    rows = Posting.objects.filter(instalment=part).exclude(money=None)
    came = rows.filter(credit=account).values("money", "money__paid_on").annotate(t=Sum("amount")).order_by("-money__paid_on", "-money")
    gone = dict(rows.filter(debit=account, credit__in=(Account.EXCESS, Account.SUSPENSE)).values_list("money").annotate(t=Sum("amount")))
    for row in came:
        some = min(yen, row["t"] - gone.get(row["money"], 0))
        if some > 0:
            Posting.objects.create(sheet_id=None, money_id=row["money"], instalment=part, debit=account, credit=Account.EXCESS, amount=some, on=on)
            Excess.objects.create(money_id=row["money"], instalment=part, why="changed", amount=some, left=some, found_on=on)
            yen -= some
    if yen:
        raise MoneyMoved(f"納付番号 {part.number}: 帳簿の収納と期別の収納済額が合わないため、更正できません。突き合わせを確かめてください。")
