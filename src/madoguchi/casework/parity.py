"""Cases and decisions compared with what the record of acts says of them. Differences in words, never with what is written there."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from madoguchi.files.public import files_of
from madoguchi.kernel import filed
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains, Marks, living, marks_of
from madoguchi.records.public import issued_files

from .models import Approval, Case, Correction, Decision

STATES = {"decision.proposed": "proposed", "decision.returned": "returned", "case.decided": "final"}
ENDED_BY = {"withdrawal.taken": "dropped", "correction.received": "overtaken"}  # what ended a proposal that waited for a stamp
STAMPED = {"decision.approved": True, "decision.approved_as_deputy": True, "decision.returned": False}
TOOK = ("application.filed", "correction.received")  # what keyed the answers of the case's own copy
ASKED = ("path", "label", "note", "old")  # of a correction; what came in answer stands beside
NEAR = dt.timedelta(minutes=10)  # a decision and its act are of one transaction
Said = tuple[Act, str]


def unlike(chains: Chains, cases: dict[str, Case]) -> Iterator[Fault]:
    """Faults of the cases that are there: of a batch, in a handful of queries."""
    alive = {case_id: acts for case_id, acts in living(chains, "application.filed").items() if case_id in cases}
    marks, ids = marks_of(alive), list(alive)
    rows = Decision.objects.filter(case_id__in=ids).select_related("proposed_by").order_by("case_id", "number") if ids else []
    decisions = _by_case((str(row.case_id), row) for row in rows)
    stamps = _by_case((str(row.decision.case_id), row) for row in (Approval.objects.filter(decision__case_id__in=ids).select_related(
        "decision", "by", "instead_of") if ids else []))
    asked = _by_case((str(row.case_id), row) for row in (Correction.objects.filter(case_id__in=ids) if ids else []))
    for case_id, acts in alive.items():
        case = cases[case_id]
        said = (*_case(case, acts, marks), *_decisions(case, decisions.get(case_id, []), acts, marks), *_stamps(stamps.get(case_id, []), acts),
                *_corrections(case, asked.get(case_id, []), acts, marks))
        for act, words in said:
            yield Fault(f"case:{case_id}", act.seq, f"申請 {case.receipt}: {words}")
    letters = issued_files(ids)
    files = files_of(file for _, _, file, _ in letters) if letters else {}
    for case_id, number, file, sha256 in letters:
        if file not in files or files[file].sha256 != sha256:
            words = f"発行した書類 {number} のファイルが" + ("、控えと違います" if file in files else "ありません")
            yield Fault(f"case:{case_id}", alive[case_id][-1].seq, f"申請 {cases[case_id].receipt}: {words}")


def _by_case(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {}
    for case_id, row in pairs:
        out.setdefault(case_id, []).append(row)
    return out


def _case(case: Case, acts: list[Act], marks: Marks) -> Iterator[Said]:
    """The section's copy of what was filed."""
    told = filed.filings(acts)
    yield from ((told[0], words) for words in filed.row_unlike(told[0], {
        "receipt": case.receipt, "procedure": case.slug, "version": case.version, "definition": case.checksum, "channel": case.channel}))
    if moved := filed.arrival_unlike(told[0], case.filed_at):
        yield told[0], moved
    took = _last(acts, TOOK)
    if not 1 <= case.revision <= len(told) or case.revision != took.facts.get("revision", 1):
        yield took, "補正の回数が記録と違います"
        return
    act = told[case.revision - 1]
    if case.digest != act.facts["digest"]:
        yield act, "申請の要約値が記録と違います"
    words = filed.copy_unlike(act, case.slug, case.checksum, case.answers, case.files, acts, same=marks.same(case.ref, took, case.answers))
    if words:
        yield act, words


def _last(acts: list[Act], actions: tuple[str, ...], before: int | None = None) -> Act:
    return [act for act in acts if act.action in actions and (before is None or act.seq < before)][-1]


def _decisions(case: Case, rows: list[Decision], acts: list[Act], marks: Marks) -> Iterator[Said]:
    said: dict[int, list[Act]] = {}
    for act in acts:
        if act.action in STATES:
            said.setdefault(act.facts["decision"], []).append(act)
    for row in rows:
        told = said.get(row.number, [])
        if not told or told[0].action != "decision.proposed":
            yield acts[-1], f"決定{row.number}を起案した記録がありません(誰かが書き足した疑い)"
            continue
        yield from ((act, f"決定{row.number}の{words}") for act, words in _decision(case, row, told, acts, marks))


def _decision(case: Case, row: Decision, told: list[Act], acts: list[Act], marks: Marks) -> Iterator[Said]:
    """One decision against the acts on it: the proposal first, and how it ended last."""
    proposed, last = told[0], told[-1]
    digests = [act.facts["digest"] for act in filed.filings(acts) if act.seq < proposed.seq]
    if row.outcome != proposed.facts["outcome"]:
        yield proposed, f"結果が記録と違います(記録 {proposed.facts['outcome']}、今は {row.outcome})"
    for act in (proposed, last) if last.action == "case.decided" else (proposed,):
        if not any(marks.same(case.ref, act, [row.reason, row.answers, digest]) for digest in reversed(digests)):
            yield act, "理由か、職員が書いた内容(金額・日など)が、" + ("決裁" if act is last and act is not proposed else "起案") + "の時と違います"
            break
    if not marks.same(case.ref, _last(acts, TOOK, proposed.seq), row.filing):
        yield proposed, "もとになった申請の答えが、起案の時と違います"
    if row.proposed_by.actor != proposed.actor:
        yield proposed, f"起案した人が記録と違います(記録 {proposed.actor}、今は {row.proposed_by.actor})"
    state = _ended(last, acts)
    if row.state != state:
        yield last, f"状態が記録と違います(記録 {state}、今は {row.state})"
    number = last.facts["number"] if last.action == "case.decided" else ""
    if row.document_number != number:
        yield last, f"文書番号が記録と違います(記録 {number or 'なし'}、今は {row.document_number or 'なし'})"
    if last.action == "case.decided" and (row.decided_at is None or abs(row.decided_at - last.at) > NEAR):
        yield last, "決定した日時が記録と違います"


def _ended(last: Act, acts: list[Act]) -> str:
    """How a decision stands by its last act: a proposal that nobody stamped to the end may have ended with something else."""
    if last.action != "decision.proposed":
        return STATES[last.action]
    return next((ENDED_BY[act.action] for act in acts if act.seq > last.seq and act.action in ENDED_BY), STATES[last.action])


def _stamps(rows: list[Approval], acts: list[Act]) -> Iterator[Said]:
    """Who stamped what, as what, and in whose place; both ways."""
    told = [(act, (act.facts["decision"], act.facts.get("role"), act.actor, STAMPED[act.action], act.facts.get("instead_of", "")))
            for act in acts if act.action in STAMPED]
    stands = Counter((row.decision.number, row.role if row.approved else None, row.by.actor, row.approved,
                      row.instead_of.username if row.instead_of else "") for row in rows)
    for act, mark in told:
        if not stands[mark]:
            yield act, f"決定{mark[0]}の決裁の印が、記録のとおりにありません({act.actor})"
        stands[mark] -= 1
    for mark, n in stands.items():
        if n > 0:
            yield acts[-1], f"決定{mark[0]}に、記録のない決裁の印があります({mark[2]})"


def _corrections(case: Case, rows: list[Correction], acts: list[Act], marks: Marks) -> Iterator[Said]:
    """What was asked of the applicant; what came in answer is not of that act."""
    told = {act.facts["correction"]: act for act in acts if act.action == "correction.asked"}
    for row in rows:
        act = told.get(row.number)
        if act is None:
            yield acts[-1], f"補正{row.number}を頼んだ記録がありません(誰かが書き足した疑い)"
        elif not marks.same(case.ref, act, [{key: item[key] for key in ASKED if key in item} for item in row.items]):
            yield act, f"補正{row.number}で頼んだ内容が、記録と違います"
