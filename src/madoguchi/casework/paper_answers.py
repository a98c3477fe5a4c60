"""The answer to a correction that came on paper: the clerk types it off, for who sent paper has no page to answer on (docs/adr/0043)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake

from . import selectors
from .errors import NotNow
from .models import Case
from .rules import State
from .services import clerk_check


def answer_case(*, actor: Staff, case_id: str) -> Case:
    """A case on paper of this clerk that waits for its correction. Raises NotFound, Forbidden, NotNow."""
    case = selectors.case_get(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    if case.channel != intake.PAPER or case.state != State.CORRECTION:
        raise NotNow("補正を待っている紙の申請ではありません。申請を開き直して、いまの状態を確かめてください。")
    return case


def paper_answer(*, actor: Staff, case_id: str, raw: Mapping[str, list[str]], extra: frozenset[str]) -> Case:
    """Take the answer; the case goes on when the worker has it. Raises NotFound, Forbidden, NotNow, AnswersWrong, NotOpenForThis."""
    case = answer_case(actor=actor, case_id=case_id)
    intake.paper_correct(case_ref=case.ref, raw=raw, extra=extra, actor=actor.actor)
    return case


def paper_sheet(*, actor: Staff, case_id: str, slot: str, source: BinaryIO, name: str, size: int) -> None:
    """Keep a picture of what came with the answer. Raises NotFound, Forbidden, NotNow, NotOpenForThis, FileRefused."""
    case = answer_case(actor=actor, case_id=case_id)
    intake.paper_attach(case_ref=case.ref, slot=slot, source=source, name=name, size=size, actor=actor.actor)


def paper_sheet_drop(*, actor: Staff, case_id: str, file_id: str) -> None:
    """Take one out again before the answer is taken. Raises NotFound, Forbidden, NotNow, NotOpenForThis."""
    case = answer_case(actor=actor, case_id=case_id)
    intake.paper_detach(case_ref=case.ref, file_id=file_id, actor=actor.actor)
