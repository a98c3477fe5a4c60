"""Door: document numbers and issued documents."""

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Chains, living

from .errors import SealUnusable
from .models import IssuedDocument, Register
from .ports import Seal
from .seals import sealer
from .services import document_issue, documents_replace, fiscal_year, number_take, numbers_go_on


def documents_of(case_ref: str) -> list[IssuedDocument]:
    """Everything issued on a case, oldest first."""
    return list(IssuedDocument.objects.filter(case_ref=case_ref).order_by("issued_on", "number"))


def documents_forget(case_ref: str) -> int:
    """Destroy the entries of a case at the end of its term of keeping, in the caller's transaction. Returns how many."""
    rows = IssuedDocument.objects.filter(case_ref=case_ref)
    rows.update(replaced_by=None)
    return rows.delete()[0]


def witness(chains: Chains) -> Iterator[Fault]:
    """Documents that the record says were issued and that are not entered any more, or whose digest is another."""
    alive = living(chains, "document.issued")
    there = {(x.case_ref, x.document, x.number): x for x in IssuedDocument.objects.filter(case_ref__in=list(alive))} if alive else {}
    for case, acts in alive.items():
        issued: dict[tuple[str, str, str], set[str]] = {}
        for act in acts:
            if act.action == "document.issued":
                issued.setdefault((case, act.facts["document"], act.facts["number"]), set()).add(act.facts["sha256"])
        if gone := set(issued) - set(there):
            yield Fault(f"case:{case}", acts[-1].seq, f"発行した書類の控えが消されています({len(gone)}件)")
        for key in sorted(set(issued) & set(there)):
            if there[key].sha256 not in issued[key]:
                yield Fault(f"case:{case}", acts[-1].seq, f"発行した書類 {key[2]}「{there[key].name}」の要約値が、発行した時と違います")


def issued_files(case_refs: list[str]) -> list[tuple[str, str, str, str]]:
    """(case, number, file, digest) of everything issued on these cases."""
    rows = IssuedDocument.objects.filter(case_ref__in=case_refs).order_by("case_ref", "number", "document") if case_refs else ()
    return [(row.case_ref, row.number, str(row.file_id), row.sha256) for row in rows]


def registers() -> list[Register]:
    """How far each section's numbers have come, the latest year first."""
    return list(Register.objects.order_by("-year", "sign"))


def number_of(sha256: str) -> str:
    """The document number of an issued paper by the digest of its bytes; empty when the city issued no such paper."""
    found = IssuedDocument.objects.filter(sha256=sha256).first()
    return found.number if found else ""


__all__ = [
    "IssuedDocument", "Seal", "SealUnusable", "document_issue", "documents_forget", "documents_of", "documents_replace", "fiscal_year",
    "issued_files", "number_of", "number_take", "numbers_go_on", "registers", "sealer", "witness",
]
