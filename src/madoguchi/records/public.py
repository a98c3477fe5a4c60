"""Door: document numbers and issued documents."""

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Chains, living

from .errors import SealUnusable
from .models import IssuedDocument, Register
from .ports import Seal
from .seals import sealer
from .services import document_issue, fiscal_year, number_take, numbers_go_on


def documents_of(case_ref: str) -> list[IssuedDocument]:
    """Everything issued on a case, oldest first."""
    return list(IssuedDocument.objects.filter(case_ref=case_ref).order_by("issued_on", "number"))


def documents_forget(case_ref: str) -> int:
    """Destroy the entries of a case at the end of its term of keeping, in the caller's transaction. Returns how many."""
    rows = IssuedDocument.objects.filter(case_ref=case_ref)
    rows.update(replaced_by=None)
    return rows.delete()[0]


def witness(chains: Chains) -> Iterator[Fault]:
    """Documents that the record says were issued and that are not entered any more."""
    alive = living(chains, "document.issued")
    there = set(IssuedDocument.objects.filter(case_ref__in=list(alive)).values_list("case_ref", "document", "number")) if alive else set()
    for case, acts in alive.items():
        wanted = {(case, a.facts["document"], a.facts["number"]) for a in acts if a.action == "document.issued"}
        if wanted - there:
            yield Fault(f"case:{case}", acts[-1].seq, f"発行した書類の控えが消されています({len(wanted - there)}件)")


def registers() -> list[Register]:
    """How far each section's numbers have come, the latest year first."""
    return list(Register.objects.order_by("-year", "sign"))


def number_of(sha256: str) -> str:
    """The document number of an issued paper by the digest of its bytes; empty when the city issued no such paper."""
    found = IssuedDocument.objects.filter(sha256=sha256).first()
    return found.number if found else ""


__all__ = ["IssuedDocument", "Seal", "SealUnusable", "document_issue", "documents_forget", "documents_of", "fiscal_year", "number_of", "number_take",
           "numbers_go_on", "registers", "sealer", "witness"]
