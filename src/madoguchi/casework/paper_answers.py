"""The answer to a correction that somebody of the section types off: it came on paper (docs/adr/0043), or was told at the counter or by
telephone by who has a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake

from . import selectors
from .errors import NotNow, WayWrong
from .models import Case
from .services import clerk_check
from .states import VIAS, State

SIGNED = "署名用"  # the level of a procedure whose filing is signed with the card


def answer_case(*, actor: Staff, case_id: str) -> Case:
    """A case of this clerk that waits for its correction. Raises NotFound, Forbidden, NotNow."""
    case = selectors.case_get(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    if case.state != State.CORRECTION:
        raise NotNow("補正を待っている件ではありません。画面を開き直して、いまの状態を確かめてください。")
    return case


def signed_case(case: Case) -> bool:
    """Are its answers signed with the card? Words told at the counter or by telephone do not change those."""
    return case.channel != intake.PAPER and (case.signed or selectors.definition_of(case).level == SIGNED)


def paper_answer(*, actor: Staff, case_id: str, raw: Mapping[str, list[str]], extra: frozenset[str], via: str = "") -> Case:
    """Take the answer; ``via`` (a key of VIAS) is how it came, of a case on paper always on paper. The case goes on when the worker has
    it. Raises NotFound, Forbidden, NotNow, WayWrong, AnswersWrong, NotOpenForThis."""
    case = answer_case(actor=actor, case_id=case_id)
    via = intake.PAPER if case.channel == intake.PAPER else via
    if via not in VIAS:
        raise WayWrong("どのように答えを受け取ったかを選んでください。", at="via-counter")
    if signed_case(case) and via != intake.PAPER:
        raise WayWrong("電子署名のいる手続きです。聞いた答えでは、署名のある内容を書き換えられません。手続きした方にマイページから直してもらうか、"
                       "署名のある書面を出してもらい、「紙で届いた」を選んで、その画像を入れてください。", at=f"via-{via}")
    if signed_case(case) and not intake.paper_sheets(case_ref=case.ref):
        raise WayWrong("署名のある書面の画像がありません。「答えの紙」に入れてから、受け取ってください。", at="file-scans")
    intake.paper_correct(case_ref=case.ref, raw=raw, extra=extra, actor=actor.actor, via=via)
    return case


def paper_sheet(
    *, actor: Staff, case_id: str, slot: str, source: BinaryIO, name: str, size: int, raw: Mapping[str, list[str]], extra: frozenset[str]
) -> None:
    """Keep a picture of what came with the answer. Raises NotFound, Forbidden, NotNow, NotOpenForThis, FileRefused."""
    case = answer_case(actor=actor, case_id=case_id)
    intake.paper_attach(case_ref=case.ref, slot=slot, source=source, name=name, size=size, actor=actor.actor, raw=raw, extra=extra)


def paper_sheet_drop(*, actor: Staff, case_id: str, file_id: str) -> None:
    """Take one out again before the answer is taken. Raises NotFound, Forbidden, NotNow, NotOpenForThis."""
    case = answer_case(actor=actor, case_id=case_id)
    intake.paper_detach(case_ref=case.ref, file_id=file_id, actor=actor.actor)
