"""The end of a case: destroyed when the term of keeping (保存期間) is over and nothing speaks against it.

One case, one transaction: the tombstone, the last entry of its chain, and everything of it in this network go together;
intake destroys its part when it hears of it. Killed at any moment, the next run goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from madoguchi.files.public import files_forget
from madoguchi.kernel import audit, clock, failpoints, keeping, outbox, sealed, witness
from madoguchi.kernel.eras import wareki
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.records.public import documents_forget

from . import index, ports
from .events import CASE_DESTROYED
from .models import (
    Alarm,
    Approval,
    BulkItem,
    BulkRun,
    Case,
    Correction,
    Decision,
    Hold,
    Note,
    NumberView,
    Paper,
    Talk,
    Tombstone,
)
from .states import HOLDS, OVER, UNSEEN

BATCH = 200
NO_RULE = "保存期間の決まりがありません(city.yaml の 保存期間)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a case goes. ``why_not`` is empty when it does; no name of a person is in here."""

    case_id: str
    receipt: str
    procedure: str
    last_on: dt.date
    years: int
    goes_on: dt.date
    why_not: str


def years_of(slug: str, version: int) -> int | None:
    """The term of a procedure as the city holds it today: of its current definition, else of the version filed on."""
    return procedures.years_kept(slug, version)


def last_on(case: Case) -> dt.date:
    """The day on which the case was last dealt with: by its record, in which looking does not count."""
    newest = AuditEntry.objects.filter(chain=f"case:{case.id}").exclude(action__in=UNSEEN).order_by("-seq").first()
    last = max(case.updated_at, newest.at) if newest else case.updated_at
    return last.astimezone(clock.JST).date()


def _against(case: Case) -> str:
    """What speaks against destroying a case whose term is over; empty when nothing does."""
    if case.state not in OVER:
        return "手続きが終わっていません"
    hold = Hold.objects.filter(case=case, lifted_at=None).first()
    if hold:
        return f"廃棄を止めています({HOLDS[hold.kind]})"
    if Correction.objects.filter(case=case, answered_at=None).exists() and case.state not in OVER:
        return "補正の回答を待っています"
    if outbox.unfinished(case.ref):
        return "終わっていない処理があります(「連携」の画面)"
    return next((words for keeper in ports.keepers.values() if (words := keeper.holds(case.ref))), "")


def _verdict(case: Case, today: dt.date) -> Verdict | None:
    """None while the term runs."""
    years = years_of(case.slug, case.version)
    if years is None or years == keeping.FOREVER:
        return None
    last = last_on(case)
    day = keeping.goes_on(last, years)
    if day > today:
        return None
    name = procedures.version(case.slug, case.version).definition.name
    return Verdict(case.ref, case.receipt, name, last, years, day, _against(case))


def kept_of(case: Case) -> dict[str, Any]:
    """For the case page: until when it is kept, and what holds it."""
    years, rows = years_of(case.slug, case.version), list(Hold.objects.filter(case=case).order_by("-placed_at"))
    if years is None:
        words = f"{NO_RULE}。廃棄しません。"
    elif years == keeping.FOREVER:
        words = "永年保存です。"
    elif case.state not in OVER:
        words = f"手続きが終わると、次の年度から{years}年間保存します。"
    else:
        last = last_on(case)
        words = f"最後の処理({wareki(last)})の次の年度から{years}年間保存し、{wareki(keeping.goes_on(last, years))}から廃棄できます。"
    return {"words": words, "holds": rows, "open": any(row.lifted_at is None for row in rows), "kinds": list(HOLDS.items())}


def plan(*, today: dt.date | None = None) -> Iterator[Verdict]:
    """Every case whose term is over, oldest number first, with what speaks against its going."""
    today = today or clock.today()
    for slug, version in sorted(dict(Case.objects.values_list("slug", "version").distinct().order_by("slug", "version")).items()):
        years = years_of(slug, version)
        if years is None or years == keeping.FOREVER:
            continue
        before = dt.datetime.combine(keeping.last_before(today, years), dt.time(), clock.JST)
        rows = Case.objects.filter(slug=slug, updated_at__lt=before).order_by("id")
        batch = list(rows[:BATCH])
        while batch:
            yield from (v for case in batch if (v := _verdict(case, today)))
            batch = list(rows.filter(id__gt=batch[-1].id)[:BATCH])


def unruled() -> list[str]:
    """Names of procedures that have cases and no rule: nothing of them is ever destroyed."""
    found = dict(Case.objects.values_list("slug", "version").distinct().order_by("slug", "version"))
    return [procedures.version(slug, v).definition.name for slug, v in sorted(found.items()) if years_of(slug, v) is None]


@transaction.atomic(durable=True)
def case_destroy(*, actor: str, case_id: str, today: dt.date | None = None) -> Tombstone | None:
    """Destroy one case if its term is over and nothing speaks against it, judged again under its lock. None if it stays."""
    case = Case.objects.select_for_update().filter(id=case_id).first()
    found = _verdict(case, today or clock.today()) if case else None
    if case is None or found is None or found.why_not:
        return None
    stone = _tombstone(case, found)
    counts: dict[str, int] = {}
    for keeper in ports.keepers.values():
        counts |= keeper.forget(case.ref)
    counts |= _rows_forget(case)
    stone.counts = {name: n for name, n in counts.items() if n}
    stone.save(force_insert=True)
    facts = {"receipt": case.receipt, "last": str(found.last_on), "years": found.years, "counts": stone.counts}
    index.words_forget(case)
    case.delete()
    audit.record(actor, witness.DESTROYED, chain=f"case:{case_id}", facts=facts)
    audit.key_destroy(f"case:{case_id}")
    outbox.publish(CASE_DESTROYED, case_ref=case_id, key=f"destroyed:{case_id}", payload={"application": case_id})
    failpoints.hit("casework.destroy.before_commit")
    return stone


def _tombstone(case: Case, found: Verdict) -> Tombstone:
    final = list(Decision.objects.filter(case=case, state="final").order_by("number"))
    first, last = (final[0], final[-1]) if final else (None, None)
    decided = first.decided_at.astimezone(clock.JST).date() if first and first.decided_at else None  # as statistics count it (counts.py)
    return Tombstone(
        case_id=case.id, receipt=case.receipt, slug=case.slug, version=case.version, section=case.section, channel=case.channel,
        filed_on=case.filed_at.astimezone(clock.JST).date(), due_on=(first and first.due_on) or case.due_on, state=case.state,
        outcome=last.outcome if last else "", decided_on=decided, document_numbers=[x.document_number for x in final],
        last_on=found.last_on, years=found.years, gone_at=clock.now(),
    )


def _rows_forget(case: Case) -> dict[str, int]:
    decisions = Decision.objects.filter(case=case)
    values: list[Any] = [case.answers, *decisions.values_list("filing", "answers")]
    counts = {
        "numbers": sealed.wipe(sealed.tokens_in(values)), "files": files_forget(owners=[f"case:{case.id}"]),
        "documents": documents_forget(case.ref), "papers": Paper.objects.filter(case=case).delete()[0],
        "approvals": Approval.objects.filter(decision__case=case).delete()[0],
    }
    for name, rows in (("decisions", decisions), ("corrections", Correction.objects.filter(case=case)),
                       ("notes", Note.objects.filter(case=case)), ("views", NumberView.objects.filter(case=case)),
                       ("holds", Hold.objects.filter(case=case)), ("talks", Talk.objects.filter(case=case)),
                       ("alarms", Alarm.objects.filter(case=case))):
        counts[name] = rows.delete()[0]
    return counts | {"bulk": _bulk_forget(case)}


def _bulk_forget(case: Case) -> int:
    """The lines of the case in runs of bulk review, and with the last line what was written for all of them."""
    lines = BulkItem.objects.filter(case=case)
    runs = list(lines.values_list("run_id", flat=True))
    count = lines.delete()[0]
    BulkRun.objects.filter(id__in=runs).exclude(id__in=BulkItem.objects.filter(run__in=runs).values("run_id")).delete()
    return count
