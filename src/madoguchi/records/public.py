"""Door: document numbers and issued documents."""

from .models import IssuedDocument
from .services import document_issue, fiscal_year, number_take


def documents_of(case_ref: str) -> list[IssuedDocument]:
    """Everything issued on a case, oldest first."""
    return list(IssuedDocument.objects.filter(case_ref=case_ref).order_by("issued_on", "number"))


__all__ = ["IssuedDocument", "document_issue", "documents_of", "fiscal_year", "number_take"]
