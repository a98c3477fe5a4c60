"""Intake's part of the end of a case: what was sent, what it was before its corrections, its draft, files and mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from madoguchi.files.public import files_forget, files_missing
from madoguchi.kernel import audit, clock, failpoints, filed, outbox, sealed
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains, Marks, living, marks_of, missing, tokens_missing
from madoguchi.notifications.public import mails_forget
from madoguchi.payments import public as payments

from .models import Application, Revision, TalkLine

UNPAID_KEPT = dt.timedelta(days=30)


def application_forget(message: outbox.Envelope) -> None:
    """Handler of CaseDestroyed. Once done, again changes nothing."""
    with transaction.atomic(durable=True):
        row = Application.objects.select_for_update().filter(id=message.payload["application"]).first()
        if row is not None:
            _destroy(row)


def unpaid_over() -> list[Application]:
    """What was never accepted because its fee was never paid, a month after its end; not while money that came too late has still to go
    back: whom it belongs to, and where they are told, stands nowhere else."""
    before = (clock.now() - UNPAID_KEPT).isoformat()
    rows = Application.objects.filter(status__in=["lapsed", "withdrawn"], view__unpaid_end__lt=before).order_by("filed_at")
    return [row for row in rows if not payments.payments_hold(str(row.id))]


def unpaid_sweep() -> int:
    """Destroy what was never accepted because its fee was never paid, a month after its end. No section ever had it; the
    record of the payment stays. Returns how many went."""
    rows = unpaid_over()[:200]
    for row in rows:
        with transaction.atomic(durable=True):
            _destroy(row, unpaid=True)
    return len(rows)


def _destroy(row: Application, **facts: bool) -> None:
    """In the caller's transaction."""
    revisions = list(Revision.objects.filter(application=row))
    draft = row.draft
    held: list[Any] = [row.answers, *(r.answers for r in revisions), draft.answers if draft else {}]
    files = {f["id"] for slots in (row.files, *(r.files for r in revisions)) for entries in slots.values() for f in entries}
    refs = [str(row.id), *([str(draft.id)] if draft else [])]
    counts = {
        "numbers": sealed.wipe(sealed.tokens_in(held)), "revisions": len(revisions),
        "talk": TalkLine.objects.filter(application=row).delete()[0], "mails": sum(mails_forget(ref) for ref in refs),
        "files": files_forget(ids=files, owners=[f"case:{row.id}", *([f"draft:{draft.id}"] if draft else [])]),
    }
    row.delete()
    if draft:
        draft.delete()
    for ref in refs:
        outbox.forget(ref)
    audit.record("worker", "filing.destroyed", chain=f"case:{refs[0]}", facts={"counts": {k: n for k, n in counts.items() if n}} | facts)
    failpoints.hit("intake.forget.before_commit")


def witness(chains: Chains) -> Iterator[Fault]:
    """Applications, earlier answers, numbers and files that are gone without retention; answers that are not the recorded ones."""
    alive = {case: acts for case, acts in living(chains, "application.filed").items()
             if not any(act.action == "filing.destroyed" and act.facts.get("unpaid") for act in acts)}
    rows = {str(a.id): a for a in Application.objects.filter(id__in=list(alive))} if alive else {}
    earlier: dict[str, list[Revision]] = {}
    for revision in Revision.objects.filter(application_id__in=list(rows)).order_by("number") if rows else ():
        earlier.setdefault(str(revision.application_id), []).append(revision)
    marks = marks_of(rows)
    for case_id, acts in alive.items():
        row = rows.get(case_id)
        digests = [act.facts["digest"] for act in filed.filings(acts)]
        if row is None:
            yield Fault(f"case:{case_id}", acts[-1].seq, "住民側の申請が消されています(保存期間による廃棄ではありません)")
        elif digests[-1] != row.digest:
            yield Fault(f"case:{case_id}", acts[-1].seq, "住民側の申請の要約値が、記録と違います")
        if row is not None:
            for act, words in _unlike(row, earlier.get(case_id, []), acts, marks):
                yield Fault(f"case:{case_id}", act.seq, f"住民側の申請 {row.receipt}: {words}")
    yield from missing(chains, ("correction.answered",), Revision.objects.all(), "application_id", "補正の前の内容")
    yield from missing(chains, ("talk.answered",), TalkLine.objects.filter(mine=True), "application_id", "手続きした方の連絡")
    yield from tokens_missing({case_id: row.answers for case_id, row in rows.items()})
    gone = files_missing((case_id, f["id"]) for case_id, row in rows.items() for files in row.files.values() for f in files)
    for case_id, n in gone.items():
        yield Fault(f"case:{case_id}", alive[case_id][-1].seq, f"住民側の添付が消されています({n}件)")


def _unlike(row: Application, revisions: list[Revision], acts: list[Act], marks: Marks) -> Iterator[tuple[Act, str]]:
    """In what an application differs from the record: (the act that says so, words). The answers of each stage lie in the revision
    that replaced it, those of the last in the application."""
    told = filed.filings(acts)
    yield from ((told[0], words) for words in filed.row_unlike(told[0], {
        "receipt": row.receipt, "procedure": row.slug, "version": row.version, "definition": row.checksum, "channel": row.channel}))
    if words := filed.arrival_unlike(told[0], row.filed_at):
        yield told[0], words
    stages: list[Any] = [*revisions, row]
    if len(stages) != len(told) or row.revision != len(told):
        yield told[-1], f"補正の回数が記録と違います(記録{len(told) - 1}回、前の内容は{len(revisions)}回分、申請は{row.revision - 1}回)"
        return
    for n, (act, stage) in enumerate(zip(told, stages, strict=True)):
        said: Any = stage.answers if n == 0 else {"before": stages[n - 1].answers, "after": stage.answers}
        same = marks.same(str(row.id), act, said)
        words = filed.copy_unlike(act, row.slug, row.checksum, stage.answers, stage.files, acts, same=same)
        which = "" if stage is row else f"{n + 1}回目の補正の前の"
        if words:
            yield act, which + words
