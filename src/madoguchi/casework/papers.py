"""PDFs of the core system that a clerk puts in to be issued (文書 に 職員が添える: はい): they wait on the case until a decision
takes them, and are issued with its letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.db import transaction

from madoguchi.files.public import file_get, file_keep, file_open, files_forget
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.kernel.errors import Forbidden
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.conditions import holds
from madoguchi.records.public import sealer

from . import selectors
from .errors import NotNow, PaperMissing, SealMissing
from .models import Case, Decision, Paper
from .states import State

OPEN = (State.RECEIVED, State.REVIEWING)
CAME, GONE, KIND = "paper.put", "paper.dropped", ("PDF",)


def documents_wanted(d: procedures.Definition, known: Mapping[str, Any]) -> list[procedures.Document]:
    """The papers that these answers ask for, whatever the outcome (the condition of one sees the application alone)."""
    return [x for x in d.documents if x.attached and (x.condition is None or holds(x.condition, known))]


def papers_of(case: Case) -> list[Paper]:
    """Every paper put in, in the order of the decisions; those that wait come last."""
    return sorted(Paper.objects.filter(case=case).select_related("by", "decision"),
                  key=lambda x: (x.decision.number if x.decision else 1_000_000, x.at))


def shown(case: Case, d: procedures.Definition, may_work: bool) -> list[tuple[procedures.Document, Paper | None, bool]]:
    """For the page of the case: (document, its PDF, may one be put in now). Nothing for procedures without such documents."""
    if not any(x.attached for x in d.documents):
        return []
    names, rows = {x.id: x for x in d.documents}, papers_of(case)
    taken = [(names[x.document], x, False) for x in rows if x.decision]
    waiting = {x.document: x for x in rows if not x.decision}
    wanted = documents_wanted(d, procedures.derive(d, selectors.facts_of(case))) if case.state in OPEN else []
    return [*taken, *((x, waiting.get(x.id), may_work) for x in wanted)]


def paper_put(*, actor: Staff, case_id: str, document: str, source: BinaryIO, name: str, size: int) -> Paper:
    """Put a PDF in; one of the same sort that waits is replaced. Raises FileRefused, NotNow, Forbidden."""
    if not selectors.may_work(actor, selectors.case_get(actor=actor, case_id=case_id)):
        raise Forbidden
    kept = file_keep(source=source, name=name, size=size, owner=f"case:{case_id}", allowed=KIND)
    failpoints.hit("casework.paper.after_file")
    try:
        return _put(actor, case_id, document, kept)
    except Exception:
        files_forget(ids=[str(kept.id)])
        raise


@transaction.atomic(durable=True)
def _put(actor: Staff, case_id: str, document: str, kept: Any) -> Paper:
    case = _open_case(actor, case_id)
    d = selectors.definition_of(case)
    if document not in {x.id for x in documents_wanted(d, procedures.derive(d, selectors.facts_of(case)))}:
        raise NotNow("この件では、その書類は交付しません。画面を開き直してください。")
    _drop(case, document)
    paper = Paper.objects.create(case=case, document=document, file_id=kept.id, sha256=kept.sha256, name=kept.name, by=actor, at=clock.now())
    audit.record(actor.actor, CAME, chain=f"case:{case.id}", facts={"document": document, "sha256": kept.sha256})
    failpoints.hit("casework.paper.before_commit")
    return paper


@transaction.atomic(durable=True)
def paper_drop(*, actor: Staff, case_id: str, document: str) -> None:
    """Take out a PDF that waits; nothing happens when none does. Raises NotNow, Forbidden."""
    case = _open_case(actor, case_id)
    if _drop(case, document):
        audit.record(actor.actor, GONE, chain=f"case:{case.id}", facts={"document": document})


def _open_case(actor: Staff, case_id: str) -> Case:
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    if not selectors.may_work(actor, case):
        raise Forbidden
    if case.state not in OPEN:
        raise NotNow
    return case


def _drop(case: Case, document: str) -> int:
    old = Paper.objects.filter(case=case, document=document, decision=None)
    ids = [str(x) for x in old.values_list("file_id", flat=True)]
    gone = old.delete()[0]
    files_forget(ids=ids)
    return gone


def papers_claim(case: Case, decision: Decision, d: procedures.Definition, known: Mapping[str, Any]) -> list[str]:
    """In the caller's transaction, bind to a proposal the papers that its outcome issues. Returns their digests. Raises
    PaperMissing for one that nobody put in, SealMissing where a paper is to be sealed and the city has no certificate."""
    for x in d.documents:
        if x.sealed and decision.outcome in x.outcomes and (x.condition is None or holds(x.condition, known)) and sealer() is None:
            raise SealMissing(x.name)
    wanted = [x for x in documents_wanted(d, known) if decision.outcome in x.outcomes]
    waiting = {x.document: x for x in Paper.objects.filter(case=case, decision=None, document__in=[x.id for x in wanted])} if wanted else {}
    missing = [x.name for x in wanted if x.id not in waiting]
    if missing:
        raise PaperMissing("・".join(missing))
    Paper.objects.filter(id__in=[x.id for x in waiting.values()]).update(decision=decision)
    return sorted(x.sha256 for x in waiting.values())


def papers_release(decision: Decision) -> None:
    """A proposal was sent back: its papers wait on the case again."""
    Paper.objects.filter(decision=decision).update(decision=None)


def paper_bytes(decision: Decision, document: str) -> bytes | None:
    """The PDF of a decision; None when the decision took none of that sort."""
    found = Paper.objects.filter(decision=decision, document=document).first()
    if found is None:
        return None
    with file_open(file_get(str(found.file_id))) as source:
        return source.read()
