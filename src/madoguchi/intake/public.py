"""Door: filings for casework, handlers for the wiring."""

from __future__ import annotations

from typing import Any

from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.sealing import Column

from . import unsent
from .applications import application_get, document_file, filed_handler, progress_apply
from .asking import Asked, ReadOver, faults_at, owned_list, page_asked, questions_in_turn, read_over, redraw
from .cardholder import PURPOSE, Holder, holder_of
from .codes import Standing, code_issue, code_standing, code_words
from .companies import business_accounts_sweep
from .companies import number_of as company_number
from .deputies import basis_ended
from .drafts import (
    draft_attach,
    draft_detach,
    draft_discard,
    draft_get,
    draft_list,
    draft_migrate,
    draft_save_step,
    draft_start,
    draft_write,
    drafts_sweep,
    mail_fault,
    mail_plain,
    published_of,
)
from .errors import AlreadyFiled, AnswersWrong, NoPaper, NotOpenForThis, OnlineFilingStopped, StepChanged
from .events import (
    APPLICATION_FILED,
    CORRECTION_ANSWERED,
    DOCUMENTS_ADDED,
    SECOND_ASKED,
    TALK_ANSWERED,
    WITHDRAWAL_ASKED,
)
from .filing import SCANS, application_submit
from .forgetting import application_forget, unpaid_sweep, witness
from .going import LEAVING
from .leaving import left_between
from .listing import application_list
from .models import Application, Draft
from .opinions import grades_until, opinions_sweep, texts_between
from .paper import (
    PAPER,
    PaperCheck,
    PaperCorrection,
    PaperDraft,
    paper_attach,
    paper_check,
    paper_correct,
    paper_correction,
    paper_detach,
    paper_drop,
    paper_read,
    paper_save,
    paper_sheets,
    paper_start,
    paper_submit,
)
from .paying import Fee, fee_of, fee_of_draft, fee_start, payment_changed, unpaid_among
from .reopened import one_more
from .rules import STATUS_WORDS
from .signed_paper import paper_of_draft
from .signing import refuse_if_unsignable, sign_if_needed
from .support import COUNTER, IDENTITY, SIGNATURE, HelpedDraft, Support, drafts_of_help, help_resume_mail, support_of
from .together import CONTACT, KINDS, Begun, common, drafts_begin, drafts_begun, drafts_share, shared_questions
from .whole import answers_save

SEALED = (
    Column(Application, "sealed_mail", "mail-address", "receipt", "手続きした方のメールアドレス"),
    Column(Application, "sealed_card", PURPOSE, "receipt", "申請に使ったカードの四情報"),
)


def filing_of(application_id: str) -> dict[str, Any]:
    """Everything casework copies when it opens or updates a case (plain data; see casework.ports.Filing)."""
    row = Application.objects.filter(id=application_id).first()
    if row is None:
        raise NotFound
    return {
        "application": str(row.id), "receipt": row.receipt, "slug": row.slug, "version": row.version,
        "checksum": row.checksum, "channel": row.channel, "filed_at": row.filed_at.astimezone(clock.JST).isoformat(),
        "answers": row.answers, "files": unsent.without(row.files), "digest": row.digest, "revision": row.revision,
        "notices": row.notices, "signed": bool(row.signature), "language": row.language, "acting": row.acting, "support": row.support,
        "accepted_at": row.view.get("accepted", ""),
    }


__all__ = [
    "LEAVING", "APPLICATION_FILED", "CONTACT", "CORRECTION_ANSWERED", "COUNTER", "DOCUMENTS_ADDED", "IDENTITY", "KINDS", "PAPER", "SCANS", "SEALED",
    "SECOND_ASKED", "SIGNATURE", "STATUS_WORDS", "TALK_ANSWERED", "WITHDRAWAL_ASKED", "AlreadyFiled", "AnswersWrong", "Application", "Asked",
    "Begun", "Draft", "Fee", "HelpedDraft", "Holder", "NoPaper", "NotOpenForThis", "OnlineFilingStopped", "PaperCheck", "PaperCorrection",
    "PaperDraft", "ReadOver", "Standing", "StepChanged", "Support", "answers_save", "application_forget", "application_get", "application_list",
    "application_submit", "basis_ended", "business_accounts_sweep", "code_issue", "code_standing", "code_words", "common", "company_number",
    "document_file", "draft_attach", "draft_detach", "draft_discard", "draft_get", "draft_list", "draft_migrate", "draft_save_step", "draft_start",
    "draft_write", "drafts_begin", "drafts_begun", "drafts_of_help", "drafts_share", "drafts_sweep", "faults_at", "fee_of", "fee_of_draft",
    "fee_start", "filed_handler", "filing_of", "grades_until", "help_resume_mail", "holder_of", "left_between", "mail_fault", "mail_plain",
    "one_more", "opinions_sweep", "owned_list", "page_asked", "paper_attach", "paper_check", "paper_correct", "paper_correction", "paper_detach",
    "paper_drop", "paper_of_draft", "paper_read", "paper_save", "paper_sheets", "paper_start", "paper_submit", "payment_changed", "progress_apply",
    "published_of", "questions_in_turn", "read_over", "redraw", "refuse_if_unsignable", "shared_questions", "sign_if_needed", "support_of",
    "texts_between", "unpaid_among", "unpaid_sweep", "witness",
]
