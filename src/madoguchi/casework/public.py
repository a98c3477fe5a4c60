"""Door: cases for the rooms above (delivery, survey) and handlers for the wiring."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.sealing import Column
from madoguchi.offices.public import city

from .answered import correction_received
from .bulk import drafts_sweep as bulk_drafts_sweep
from .bulk import item_confirmed
from .counts import Counted, Decided, corrected_between, decided_between, filed_between
from .earlier import contact_told
from .escalation import escalate
from .events import (
    BULK_CONFIRMED,
    CASE_CORRECTED,
    CASE_DECIDED,
    CASE_DESTROYED,
    CASE_OPENED,
    CASE_STANDS,
    CASE_WITHDRAWN,
    PROGRESS,
)
from .going import LEAVING
from .handlers import cases_release, documents_received, open_case, withdrawal_decide
from .index import words_fill
from .keeping import representations_needed
from .letters import earlier, issue_documents, row_words
from .lists import sections_of_cases
from .models import Case, Decision, NumberView
from .notes import note_put, note_read
from .progress import progress_say
from .selectors import answer_rows, attachment_rows, case_get, case_get_locked, cases_for, definition_of
from .services import case_reopen
from .states import State
from .talk import talk_received
from .witness import witness
from .words import act_words, actor_words

SEALED = (Column(NumberView, "sealed_why", "number-why", "id", "個人番号を見た理由"),)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def decided(case_id: str, decision_id: str) -> dict[str, Any]:
    """What a hand-over needs of a final decision: definition, answers, decision answers, row words, outcome; which decision of the
    case it is (``turn``, from 1), and those that were final before it, the newest first."""
    case = Case.objects.filter(id=case_id).first()
    decision = Decision.objects.filter(id=decision_id, case_id=case_id, state="final").first()
    if case is None or decision is None:
        raise NotFound
    before = earlier(case, decision)
    return {"case": case, "definition": definition_of(case), "answers": decision.filing, "decision": decision.answers,
            "row": row_words(case, decision), "outcome": decision.outcome, "filed_on": case.filed_at,
            "said": decision, "turn": len(before) + 1, "before": before}


def case_of_event(case_id: str, *, lock: bool = False) -> Case:
    """A case that an event names, for a handler of a room above (no person acts). Raises NotFound."""
    rows = Case.objects.select_for_update() if lock else Case.objects.all()
    case = rows.filter(id=case_id).first()
    if case is None:
        raise NotFound
    return case


def receipts_of(case_ids: list[str], *, actor: Staff | None) -> dict[str, str]:
    """Receipt numbers of those of these cases that the person sees; of all without one."""
    ids = {c for c in case_ids if _UUID.fullmatch(c)}
    rows = Case.objects.all() if actor is None else cases_for(actor=actor)
    return {str(c.id): c.receipt for c in rows.filter(id__in=ids).only("id", "receipt")}


def cases_of_section(section: str) -> QuerySet[Case]:
    """All cases of a section, for a program of that section (its token says which), with those of sections that it took over."""
    return Case.objects.filter(section__in=city().kept_as(section))


def decision_standing(case_id: str) -> str:
    """The id of the newest final decision on a case; empty while there is none."""
    found = Decision.objects.filter(case_id=case_id, state="final").order_by("-number").values_list("id", flat=True).first()
    return str(found or "")


def last_decision(case_id: str) -> dict[str, Any] | None:
    """What the newest final decision on a case said (決定項目), None while there is none."""
    found = Decision.objects.filter(case_id=case_id, state="final").order_by("-number").first()
    return dict(found.answers) if found else None


__all__ = [
    "LEAVING",
    "act_words", "actor_words", "contact_told",
    "BULK_CONFIRMED", "CASE_CORRECTED", "CASE_DECIDED", "CASE_DESTROYED", "CASE_OPENED", "CASE_STANDS", "CASE_WITHDRAWN", "PROGRESS", "SEALED",
    "Case", "Counted", "Decided", "State",
    "answer_rows", "attachment_rows", "bulk_drafts_sweep", "case_get", "case_get_locked", "case_of_event", "case_reopen", "cases_for",
    "cases_of_section", "cases_release", "corrected_between", "correction_received", "decided", "decided_between", "decision_standing",
    "definition_of",
    "documents_received", "escalate", "filed_between", "issue_documents", "item_confirmed", "last_decision", "note_put", "note_read",
    "open_case", "progress_say", "receipts_of", "representations_needed", "row_words", "sections_of_cases",
    "talk_received", "withdrawal_decide", "witness", "words_fill",
]
