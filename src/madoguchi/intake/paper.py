"""Applications on paper that a clerk types off: a draft of the sheets themselves, saved, judged and filed as any other (docs/adr/0043).
The room above has asked who may."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction

from madoguchi.files.public import FileRefused, file_keep, files_forget
from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, sealed
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Fault, Step

from . import applications, asking, disaster_gate, drafts, numbers, paper_gate
from .errors import NotOpenForThis
from .filing import SCANS, Filed, OnPaper, application_submit
from .models import Application, Draft
from .reopened import Opened

PAPER = drafts.PAPER
MOST_SHEETS = 30  # of one answer


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """What has been typed off so far: the definition, the answers with what follows from them, the pages asked, and which are saved."""

    id: str
    definition: Definition
    known: dict[str, Any]
    asked: tuple[Step, ...]
    done: frozenset[str]


@dataclass(frozen=True, slots=True)
class PaperCorrection:
    """What a correction reopens of an application, for who types the answer off: the pages with the questions on them, what was asked, and where
    pictures of what came may lie: (slot, name, those put in since)."""

    definition: Definition
    known: dict[str, Any]
    answers: dict[str, Any]
    pages: list[Opened]
    items: list[dict[str, Any]]
    places: list[tuple[str, str, list[dict[str, Any]]]]
    more: frozenset[str] = frozenset()  # what has to be shown besides, because the new answers made it necessary


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """All answers as they would be filed, and what is wrong with them: (page, words)."""

    rows: list[dict[str, Any]]
    faults: list[tuple[str, str]]
    notices: list[str]


def paper_owner(packet: str) -> Owner:
    """The sheets own their draft: no browser has this key."""
    return Owner(f"p:{packet}", False)


def paper_start(*, packet: str, slug: str, version: int) -> str:
    """Begin to type off, on the version that the sheets name. Returns the draft's id."""
    now = clock.now()
    draft = Draft.objects.create(id=uuid.uuid4(), owner=paper_owner(packet).key, slug=slug, version=version, channel=PAPER, updated_at=now,
                                 expires_at=now + dt.timedelta(days=3650))
    return str(draft.id)


def _definition(draft: Draft) -> Definition:
    return procedures.version(draft.slug, draft.version).definition


def paper_read(*, packet: str, draft_id: str, day: dt.date | None = None) -> PaperDraft:
    """Where the typing stands; what is asked is asked as of the day of receipt. Raises NotFound, AlreadyFiled."""
    draft = drafts.draft_get(owner=paper_owner(packet), draft_id=draft_id)
    d = _definition(draft)
    known, asked = drafts.steps_of(draft, d, day)
    return PaperDraft(str(draft.id), d, known, tuple(asked), frozenset(draft.done))


def paper_save(*, packet: str, draft_id: str, step_id: str, raw: Mapping[str, list[str]], day: dt.date | None = None) -> None:
    """Save one page. Raises AnswersWrong, NotFound, AlreadyFiled."""
    drafts.draft_save_step(owner=paper_owner(packet), draft_id=draft_id, step_id=step_id, raw=raw, mark="", day=day)


def paper_check(*, packet: str, draft_id: str, day: dt.date, said: bool = True) -> PaperCheck:
    """Judge what was typed, as of the day of receipt. ``said``: somebody has said which day that is; before, nothing is called too late.
    Attachments lie among the sheets and are looked at in the review."""
    draft = drafts.draft_get(owner=paper_owner(packet), draft_id=draft_id)
    d = _definition(draft)
    verdict = numbers.judge(d, drafts.facts(draft.answers, day))
    closed = (disaster_gate.closed(d, verdict.answers, day) if said else []) + paper_gate.closed(d, verdict.answers)
    faults = asking.where_and_what(d, verdict.faults + closed)
    rows = [part for part in drafts.summary(d, verdict, {}, day=day) if part["step"] != "documents"]
    return PaperCheck(rows, faults, [n.ja for n in verdict.notices])


def paper_submit(*, packet: str, draft_id: str, actor: str, received: dt.datetime, scans: tuple[dict[str, Any], ...]) -> Filed:
    """File it. A second call returns the same application. Raises AnswersWrong, NotFound."""
    return application_submit(owner=paper_owner(packet), draft_id=draft_id, paper=OnPaper(actor, received, scans))


@transaction.atomic
def paper_drop(*, packet: str, draft_id: str) -> None:
    """Throw away what was typed of sheets that are none. Nothing happens when it was filed or is gone."""
    draft = Draft.objects.select_for_update().filter(id=draft_id, owner=paper_owner(packet).key, state="open").first()
    if draft is not None:
        sealed.wipe(sealed.tokens_in(draft.answers))
        draft.delete()


def _correcting(case_ref: str) -> Application:
    row = Application.objects.filter(id=case_ref).first()
    if row is None or row.status != "correction":
        raise NotOpenForThis("補正を待っている件ではありません。画面を開き直して、いまの状態を確かめてください。")
    return row


def paper_correction(*, case_ref: str, extra: frozenset[str] = frozenset(), faults: Sequence[Fault] = ()) -> PaperCorrection:
    """What the clerk types off of the answer that came on paper or was told. Raises NotOpenForThis."""
    row = _correcting(case_ref)
    d = applications.published_of(row).definition
    pages, _ = applications.correction_step(row, extra)
    places = [(slot, name, _since(row, slot)) for slot, name in _places(row, extra)]
    known = procedures.derive(d, drafts.facts(row.answers, row.filed_on))
    return PaperCorrection(d, known, row.answers, pages, row.view["correction"]["items"], places, applications.correction_more(row, extra, faults))


def _places(row: Application, extra: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """The documents that were asked for again (or that the new answers made necessary), and the answer's own sheets."""
    _, slots = applications.correction_step(row, extra)
    return [(a.id, a.name) for a in applications.published_of(row).definition.attachments if a.id in slots] + [(SCANS, "答えの紙")]


def _since(row: Application, slot: str) -> list[dict[str, Any]]:
    return [f for f in row.files.get(slot, []) if f.get("correction") == row.view["correction"]["id"]]


def paper_attach(
    *, case_ref: str, slot: str, source: BinaryIO, name: str, size: int, actor: str, raw: Mapping[str, list[str]], extra: frozenset[str]
) -> None:
    """Put in a picture of what came on paper: the answer's own sheet, or a document that the applicant's page would take with these
    answers. Raises FileRefused, NotOpenForThis."""
    row = _correcting(case_ref)
    if slot not in applications.slots_open(row, raw, extra) | {SCANS}:
        raise NotOpenForThis("補正で頼んだ書類ではありません。画面を開き直して、頼んだものを確かめてください。")
    if len(_since(row, slot)) >= MOST_SHEETS:
        raise FileRefused(f"1回の補正に入れられるのは{MOST_SHEETS}個までです。いらないものを先に外してください。")
    kept = file_keep(source=source, name=name, size=size, owner=f"case:{row.id}")
    with transaction.atomic():
        applications.correction_keep(row, slot, kept, correction=row.view["correction"]["id"])
        audit.record(actor, "correction.sheet_kept", chain=f"case:{row.id}", facts={"slot": slot, "sha256": kept.sha256})


@transaction.atomic
def paper_detach(*, case_ref: str, file_id: str, actor: str) -> None:
    """Take out a picture that was put in by mistake, while the answer has not been taken. Nothing happens when it is gone.
    Raises NotOpenForThis."""
    _correcting(case_ref)
    row = Application.objects.select_for_update().get(id=case_ref)
    if row.status != "correction":
        raise NotOpenForThis
    for slot in row.files:
        gone = [f for f in _since(row, slot) if f["id"] == file_id]
        if gone:
            row.files = row.files | {slot: [f for f in row.files[slot] if f["id"] != file_id]}
            row.save(update_fields=["files"])
            files_forget(ids=[file_id])
            audit.record(actor, "correction.sheet_dropped", chain=f"case:{row.id}", facts={"slot": slot, "sha256": gone[0]["sha256"]})


def paper_correct(*, case_ref: str, raw: Mapping[str, list[str]], extra: frozenset[str], actor: str, via: str = PAPER) -> None:
    """Take the answer that the section typed off; ``via`` is how it came (rules.TYPED). Raises AnswersWrong, NotOpenForThis."""
    applications.correction_answer(application=_correcting(case_ref), raw=raw, extra=extra, actor=actor, via=via)


def paper_sheets(*, case_ref: str) -> int:
    """How many pictures of the answer's own sheet were put in for the answer that is under way. Raises NotOpenForThis."""
    return len(_since(_correcting(case_ref), SCANS))
