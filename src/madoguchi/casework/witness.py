"""What the record says of cases, against the rows that are there (kernel.witness)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.files.public import files_missing
from madoguchi.kernel import clock, keeping
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import DESTROYED, Act, Chains, count, living, missing, tokens_missing

from .models import (
    Alarm,
    Approval,
    BulkItem,
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
from .parity import unlike
from .states import UNSEEN


def witness(chains: Chains) -> Iterator[Fault]:
    """Cases, and everything on them, that are gone without retention or are not as the record digested them (parity); and cases
    that went before their time."""
    alive = living(chains, "case.opened")
    cases = {c.ref: c for c in Case.objects.filter(id__in=list(alive))} if alive else {}
    for case_id, acts in alive.items():
        if case_id not in cases:
            yield Fault(f"case:{case_id}", acts[-1].seq, "申請が消されています(保存期間による廃棄ではありません)")
    for actions, rows, by, ja in (
        (("decision.proposed",), Decision.objects.all(), "case_id", "決定"),
        (("decision.approved", "decision.returned"), Approval.objects.all(), "decision__case_id", "決裁の印"),
        (("correction.asked",), Correction.objects.all(), "case_id", "補正の依頼"),
        (("note.added", "case.reopened", "reexamination.ended", "withdrawal.taken", "correction.ended", "code.issued"),
         Note.objects.all(), "case_id", "内部メモ"),
        (("hold.placed",), Hold.objects.all(), "case_id", "廃棄の停止"),
        (("talk.written", "talk.received"), Talk.objects.all(), "case_id", "連絡"),
        (("case.nearing", "case.overdue", "correction.overdue"), Alarm.objects.all(), "case_id", "期限の知らせ"),
        (("case.bulk",), BulkItem.objects.filter(state="done"), "case_id", "まとめて審査の記録"),
    ):
        yield from missing(chains, actions, rows, by, ja)
    yield from unlike(chains, cases)
    yield from _views(chains)
    yield from _papers(chains)
    yield from tokens_missing({case_id: case.answers for case_id, case in cases.items()})
    gone = files_missing((c.ref, f["id"]) for c in cases.values() for files in c.files.values() for f in files)
    for case_id, n in gone.items():
        yield Fault(f"case:{case_id}", alive[case_id][-1].seq, f"添付が消されています({n}件)")
    yield from _destroyed(chains)


def _views(chains: Chains) -> Iterator[Fault]:
    """The sealed reasons for looking at a number."""
    for case_id, acts in living(chains, "number.viewed").items():
        wanted = {str(act.facts["view"]) for act in acts if act.action == "number.viewed" and "view" in act.facts}
        if wanted and NumberView.objects.filter(case_id=case_id, id__in=wanted).count() < len(wanted):
            yield Fault(f"case:{case_id}", acts[-1].seq, "個人番号を見た理由が消されています")


def _papers(chains: Chains) -> Iterator[Fault]:
    """The PDFs that a decision issued are those that were put in."""
    for case_id, acts in living(chains, "case.decided").items():
        final = {act.facts.get("decision") for act in acts if act.action == "case.decided"}
        proposed = {act.facts.get("decision"): act for act in acts if act.action == "decision.proposed"}  # the last of each number
        wanted = {sha for number, act in proposed.items() if number in final for sha in act.facts.get("papers", [])}
        if wanted - set(Paper.objects.filter(case_id=case_id, sha256__in=wanted).values_list("sha256", flat=True) if wanted else ()):
            yield Fault(f"case:{case_id}", acts[-1].seq, "交付したPDFの控えが消されているか、変えられています")


def _destroyed(chains: Chains) -> Iterator[Fault]:
    over = {case_id: acts for case_id, acts in chains.items() if count(acts, DESTROYED)}
    stones = {str(t.case_id): t for t in Tombstone.objects.filter(case_id__in=list(over))} if over else {}
    there = {str(i) for i in Case.objects.filter(id__in=list(over)).values_list("id", flat=True)} if over else set()
    for case_id, acts in over.items():
        at = next(i for i, act in enumerate(acts) if act.action == DESTROYED)
        words = _too_early(acts[:at], acts[at])
        if case_id not in stones:
            words = "廃棄の控えがありません"
        elif case_id in there:
            words = "廃棄したはずの申請が残っています"
        if words:
            yield Fault(f"case:{case_id}", acts[at].seq, words)


def _too_early(before: list[Act], end: Act) -> str:
    """Words when the record itself shows that the case was not yet to go; somebody may have written the entry to hide a
    removal."""
    years = end.facts.get("years")
    dealt = [act.at for act in before if act.action not in UNSEEN]
    if not isinstance(years, int) or years < 1 or not dealt:
        return "廃棄の記録の形が正しくありません"
    last: dt.date = max(dealt).astimezone(clock.JST).date()
    if end.at.astimezone(clock.JST).date() < keeping.goes_on(last, years):
        return f"保存期間({years}年)が過ぎる前に廃棄されています"
    if count(before, "hold.placed") > count(before, "hold.lifted"):
        return "廃棄を止めているのに廃棄されています"
    return ""
