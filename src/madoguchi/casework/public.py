"""Door: cases for the rooms above (delivery, survey) and handlers for the wiring."""

from __future__ import annotations

from typing import Any

from madoguchi.kernel.errors import NotFound

from .events import CASE_DECIDED, CASE_OPENED, PROGRESS
from .handlers import correction_received, open_case, withdrawal_decide
from .letters import issue_documents, row_words
from .models import Case, Decision
from .selectors import case_get, cases_for, definition_of


def decided(case_id: str, decision_id: str) -> dict[str, Any]:
    """What a hand-over needs of a final decision: definition, answers, decision answers, row words, outcome."""
    case = Case.objects.filter(id=case_id).first()
    decision = Decision.objects.filter(id=decision_id, case_id=case_id, state="final").first()
    if case is None or decision is None:
        raise NotFound
    return {"case": case, "definition": definition_of(case), "answers": decision.filing, "decision": decision.answers,
            "row": row_words(case, decision), "outcome": decision.outcome, "filed_on": case.filed_at}


__all__ = [
    "CASE_DECIDED", "CASE_OPENED", "PROGRESS", "Case", "case_get", "cases_for", "correction_received", "decided",
    "issue_documents", "open_case", "row_words", "withdrawal_decide",
]
