"""不納欠損: what nobody will pay any more leaves the books. Proposed with its ground, approved by another person; never by itself."""

from __future__ import annotations

import csv
import datetime as dt
import io

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from .access import section_require, stamps
from .errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from .ledger import CHAIN, one_writer
from .models import Instalment, Posting, WriteOff
from .rules import GROUNDS, Account

LONGEST = 200


def years_on(since: dt.date, years: int) -> dt.date:
    """The same day so many years on (of 29 February: 1 March where there is none)."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return dt.date(since.year + years, 3, 1)


@transaction.atomic(durable=True)
def write_off_ask(*, actor: Staff, demand_id: int, no: int, ground: str, since: dt.date | None, reason: str) -> WriteOff:
    """Propose that what is left of a 期 is written off. ``since``: the day from which the years of the ground are counted.
    Raises DemandNotFound, FormWrong."""
    section_require(actor, writes=True)
    one_writer()
    parts = list(Instalment.objects.filter(demand_id=demand_id))
    if not parts:
        raise DemandNotFound
    part = next((p for p in parts if p.no == no and p.settled_on is None), None)
    faults = []
    if part is None:
        faults.append(("no", "納付の終わっていない期を選んでください。"))
    elif WriteOff.objects.filter(instalment=part, state="asked").exists():
        faults.append(("no", "この期の不納欠損は、もう申し出てあります。承認を待ってください。"))
    if ground not in GROUNDS:
        faults.append(("ground", "根拠を選んでください。"))
    if since is None:
        faults.append(("since", "起算日は 2021-06-01 の形で入れてください。"))
    elif part is not None and since <= part.due:
        faults.append(("since", f"起算日は、納期限({part.due})の翌日より前にはなりません。"))
    elif ground in GROUNDS and years_on(since, GROUNDS[ground][1]) > clock.today():
        faults.append(("since", f"起算日から{GROUNDS[ground][1]}年たつのは{years_on(since, GROUNDS[ground][1])}です。まだ不納欠損にできません。"))
    if not 1 <= len(reason) <= LONGEST:
        faults.append(("reason", f"理由を1〜{LONGEST}文字で書いてください。"))
    if faults or part is None or since is None:
        raise FormWrong(faults)
    row = WriteOff(instalment=part, ground=ground, since=since, reason=reason, amount=part.amount - part.paid, asked_by=actor.actor,
                   asked_at=clock.now())
    row.save(force_insert=True)
    audit.record(actor.actor, "write_off.asked", chain=CHAIN, of=reason, facts={
        "write_off": str(row.id), "instalment": part.id, "ground": ground, "since": str(since), "yen": row.amount})
    return row


@transaction.atomic(durable=True)
def write_off_answer(*, actor: Staff, write_off_id: str, approve: bool) -> WriteOff:
    """Approve or decline, by another person who stamps (係長・課長). Raises DemandNotFound, SecondPerson, MoneyMoved: what was proposed is
    no longer what is left."""
    section_require(actor, writes=True)
    one_writer()
    row = WriteOff.objects.select_related("instalment").filter(id=write_off_id).first()
    if row is None:
        raise DemandNotFound
    if row.asked_by == actor.actor or not stamps(actor):
        raise SecondPerson
    if row.state != "asked":
        raise MoneyMoved
    row.state, row.answered_by, row.answered_at = "done" if approve else "declined", actor.actor, clock.now()
    if approve:
        _written(row)
    row.save()
    audit.record(actor.actor, f"write_off.{row.state}", chain=CHAIN, facts={
        "write_off": str(row.id), "instalment": row.instalment_id, "yen": row.amount})
    failpoints.hit("collection.write_off.before_commit")
    return row


def _written(row: WriteOff) -> None:
    part, on = row.instalment, clock.today()
    if part.settled_on is not None or part.amount - part.paid != row.amount:
        raise MoneyMoved("この期に、そのあいだに納付か更正がありました。却下して、もう一度申し出てください。")
    Posting.objects.create(instalment=part, debit=Account.WRITTEN, credit=Account.RECEIVABLE, amount=row.amount, on=on)
    if part.fee > part.fee_paid:  # the fee goes with its tax: what was booked of it and not paid is taken back
        Posting.objects.create(instalment=part, debit=Account.FEE, credit=Account.FEE_DUE, amount=part.fee - part.fee_paid, on=on)
    part.written, part.fee, part.settled_on, part.prompt_on, part.failed_code = row.amount, part.fee_paid, on, None, ""
    part.save(update_fields=["written", "fee", "settled_on", "prompt_on", "failed_code"])


LIST = ("承認の日", "科目", "賦課年度", "通知書番号", "期", "納期限", "不納欠損額", "根拠", "起算日", "理由", "申し出た人", "承認した人")


def write_off_sheet(*, actor: Staff) -> str:
    """Everything that was written off, as CSV, the oldest first: for the books of the year and the council. Raises DemandNotFound."""
    section_require(actor, writes=False)
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(LIST)
    for row in WriteOff.objects.filter(state="done").select_related("instalment__demand").order_by("answered_at", "id").iterator():
        part, demand = row.instalment, row.instalment.demand
        assert row.answered_at
        sheet.writerow([row.answered_at.astimezone(clock.JST).date(), demand.charge, demand.year, demand.notice, part.no, part.due, row.amount,
                        GROUNDS[row.ground][0], row.since, _plain(row.reason), row.asked_by, row.answered_by])
    return "\ufeff" + text.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text  # a spreadsheet takes such a cell for a formula
