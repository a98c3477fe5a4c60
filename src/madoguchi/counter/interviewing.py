"""書かない窓口: a clerk asks and writes, and the person reads it over (docs/adr/0042). What is written lies in drafts of intake."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from madoguchi.casework import public as casework
from madoguchi.files.public import files_forget
from madoguchi.guide import public as guide
from madoguchi.identity.public import Owner, Right, Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import Forbidden
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Published, Step
from madoguchi.procedures.rules.validate import read_entry
from madoguchi.register.public import Claim, resident_found

from . import services
from .models import Help, Interview
from .rules import (
    ENDED,
    FILED,
    IDENTITY,
    MOST_PROCEDURES,
    NOT_CHECKED,
    OPEN,
    SHOWN,
    SIGNED,
    STARTED,
    WAITING,
    known_of,
)
from .staff_errors import InterviewNotFound, NothingChosen, NotNow, NotReady

NOTHING, HELD, BEFORE = "0", "1", "2"  # what a look at the register brought
SIGNED_LEVEL = "署名用"
Raw = Mapping[str, list[str]]


def chain_of(row: Interview) -> str:
    """Where the record of an interview stands."""
    return f"interview:{row.id}"


def owner_of(row: Interview) -> Owner:
    """To whom its drafts belong."""
    return Owner(row.owner, False)


def insist(actor: Staff) -> str:
    """The section in whose name this person asks. Raises Forbidden for who may not."""
    found = next((section for section in sorted(actor.roles()) if actor.may(Right.INTERVIEW_COUNTER, section)), "")
    if not found:
        raise Forbidden
    return found


def fileable(published: Published) -> bool:
    """Can it be filed by what a clerk saw and a hand signed?"""
    return published.definition.level != SIGNED_LEVEL or settings.COUNTER_UNSIGNED


def procedures_offered(*, actor: Staff, query: str) -> list[Published]:
    """By these words, those of one's own sections first; without words, those of one's own sections. Raises Forbidden."""
    return [p for p in _procedures(actor, query) if fileable(p)][:20 if query else None]


def procedures_barred(*, actor: Staff, query: str) -> list[Published]:
    """Those that the same words find and that cannot be taken here, because the city does not allow them unsigned (they are there on
    paper, and online with the person's card). Raises Forbidden."""
    return [p for p in _procedures(actor, query) if not fileable(p)][:20]


def _procedures(actor: Staff, query: str) -> list[Published]:
    insist(actor)
    own, there = set(actor.sections()), {p.slug: p for p in procedures.catalogue()}
    if query:
        found = [there[hit.slug] for hit in procedures.search(query).hits if hit.slug in there]
        return sorted(found, key=lambda p: p.definition.section not in own)
    return sorted((p for p in there.values() if p.definition.section in own), key=lambda p: str(p.definition.name))


def interview_get(*, actor: Staff, interview_id: str, lock: bool = False) -> Interview:
    """One of one's own. Raises InterviewNotFound, Forbidden."""
    insist(actor)
    rows = Interview.objects.select_for_update() if lock else Interview.objects.all()
    row = rows.filter(id=interview_id, clerk=actor).first()
    if row is None:
        raise InterviewNotFound
    return row


def interview_list(*, actor: Staff) -> list[Interview]:
    """One's own of the last days, newest first. Raises Forbidden."""
    insist(actor)
    return list(Interview.objects.filter(clerk=actor).order_by("-made_at")[:20])


def _open(actor: Staff, interview_id: str) -> Interview:
    """One's own, still being written, held until commit."""
    row = interview_get(actor=actor, interview_id=interview_id, lock=True)
    if row.state != OPEN:
        raise NotNow
    return row


def drafts_of(row: Interview) -> list[intake.Draft]:
    """Its drafts, for those who have got the interview as theirs."""
    return intake.owned_list(owner=owner_of(row), draft_ids=row.drafts)


def unfiled(row: Interview) -> list[intake.Draft]:
    """Those that are still to be sent."""
    return [d for d in drafts_of(row) if d.state == "open"]


@transaction.atomic(durable=True)
def interview_begin(*, actor: Staff, slugs: list[str], origin: str = "") -> Interview:
    """Begin with these procedures. ``origin`` is the mark of the ticket or booking (the caller has asked origins.origin_get).
    Raises NothingChosen, NotFound, Forbidden."""
    section, wanted = insist(actor), list(dict.fromkeys(slugs))
    if not 0 < len(wanted) <= MOST_PROCEDURES or not all(fileable(procedures.offered(slug)) for slug in wanted):
        raise NothingChosen
    row = Interview(clerk=actor, section=section, owner=f"g:{sha256(secrets.token_bytes(32))[:40]}", made_at=clock.now(), origin=origin)
    came: dict[str, Any] = {"channel": intake.COUNTER, "help": row.id, "supporter": {"staff": actor.username, "name": actor.name}}
    row.drafts = [str(d.id) for d in intake.drafts_begin(owner=owner_of(row), slugs=wanted, values={}, checked=True, **came)]
    row.save(force_insert=True)
    audit.record(actor.actor, "interview.begun", chain=chain_of(row), first=True, facts={"procedures": wanted})
    return row


@transaction.atomic(durable=True)
def interview_fill(*, actor: Staff, interview_id: str, claim: Claim, why: str) -> str:
    """Look for the person in the register, and offer what it knows in every draft, with what the same person told the clerk's own sections
    before. What came of it: NOTHING (everything is asked), HELD, or BEFORE (with an earlier answer). Raises NotNow, InterviewNotFound,
    Forbidden."""
    row = _open(actor, interview_id)
    person = resident_found(actor=actor, section=row.section, what=chain_of(row), why=why, claim=claim)
    if person is None:
        return NOTHING
    place = {part: getattr(person.place, part) for part in ("zip", "city", "town", "lot", "building")}
    values = known_of(person.name, person.kana, person.born, place)
    told, receipt = casework.contact_told(actor=actor, person=values)
    if receipt:
        audit.record(actor.actor, "interview.reused", chain=chain_of(row), facts={"receipt": receipt, "kinds": sorted(told)})
    intake.drafts_share(owner=owner_of(row), draft_ids=[str(d.id) for d in unfiled(row)], values=values | told)
    return BEFORE if told else HELD


def claim_of(name: Mapping[str, str], kana: Mapping[str, str], born: str) -> Claim:
    """Whom a clerk looks for."""
    return Claim("counter", "来た方", name.get("sei", ""), name.get("mei", ""), kana.get("sei", ""), kana.get("mei", ""), born)


def common_steps(row: Interview) -> list[Step]:
    """The page of what its procedures ask alike: of the one who applies, and then of others (who died, who receives care)."""
    slugs = [d.slug for d in unfiled(row)]
    finder = guide.finder_for(slugs)
    return [guide.together_step(slugs, "来た方", guide.LABELS), *(guide.alike(finder, slugs) if finder else [])]


@transaction.atomic(durable=True)
def interview_common(*, actor: Staff, interview_id: str, raw: Raw) -> None:
    """Write once what all ask. Raises AnswersWrong, NotNow, InterviewNotFound, Forbidden."""
    row = _open(actor, interview_id)
    steps, slugs = common_steps(row), [d.slug for d in unfiled(row)]
    values, faults = read_entry(tuple(q for step in steps for q in step.questions), raw, "", {})
    if faults:
        raise intake.AnswersWrong(faults)
    named = {q.type: values[q.id] for q in steps[0].questions if q.id in values}
    finder = guide.finder_for(slugs)
    intake.drafts_share(owner=owner_of(row), draft_ids=[str(d.id) for d in unfiled(row)], values=named,
                        others=guide.given(finder, slugs, values) if finder else {})


def _of(row: Interview, draft_id: str) -> str:
    if draft_id not in row.drafts:
        raise InterviewNotFound
    return draft_id


@transaction.atomic(durable=True)
def interview_step(*, actor: Staff, interview_id: str, draft_id: str, step_id: str, raw: Raw, mark: str) -> intake.Draft:
    """Save a page. While the interview is held here nobody shows it on a tablet. Raises AnswersWrong, StepChanged, NotNow,
    InterviewNotFound, Forbidden."""
    row = _open(actor, interview_id)
    draft = intake.draft_save_step(owner=owner_of(row), draft_id=_of(row, draft_id), step_id=step_id, raw=raw, mark=mark)
    questions = {q.id for s in [intake.published_of(draft).definition.step(step_id)] if s for q in s.questions}
    row.wrong = [w for w in row.wrong if not (w.startswith(f"{draft_id}:") and w.rpartition(":")[2].rpartition("-")[2] in questions)]
    row.save(update_fields=["wrong"])
    return draft


def interview_attach(*, actor: Staff, interview_id: str, draft_id: str, slot: str, source: BinaryIO, name: str, size: int) -> None:
    """Add a file. The bytes are kept before the transaction (files.services). Raises FileRefused, NotNow, InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id)
    if row.state != OPEN:
        raise NotNow
    intake.draft_attach(owner=owner_of(row), draft_id=_of(row, draft_id), slot=slot, source=source, name=name, size=size)


def interview_detach(*, actor: Staff, interview_id: str, draft_id: str, file_id: str) -> None:
    """Take a file away. Raises NotNow, InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id)
    if row.state != OPEN:
        raise NotNow
    intake.draft_detach(owner=owner_of(row), draft_id=_of(row, draft_id), file_id=file_id)


@transaction.atomic(durable=True)
def interview_show(*, actor: Staff, interview_id: str, identity: str) -> str:
    """Everything is written and the clerk knows who it is: the code for the tablet. Raises NotReady, NotNow, InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id, lock=True)
    if row.state not in (OPEN, SHOWN):
        raise NotNow
    read = [intake.read_over(d) for d in unfiled(row)]
    if not all(r.whole for r in read):
        raise NotReady("まだ入力していない所か、直す所があります。手続きごとの「あと」を0にしてから、番号を出してください。")
    free = all(r.d.level == "なし" for r in read)
    if identity not in IDENTITY and not (free and identity == NOT_CHECKED):
        raise NotReady("どのように本人を確かめたかを選んでください。")
    services.helps_over(interview=row, actor=actor.actor, how="staff")
    row.state, row.identity, row.wrong = SHOWN, [identity], []
    row.save(update_fields=["state", "identity", "wrong"])
    audit.record(actor.actor, "interview.shown", chain=chain_of(row), facts={"identity": identity})
    return services.help_new(actor=actor, slug=read[0].draft.slug, interview=row)[1]


@transaction.atomic(durable=True)
def interview_take_back(*, actor: Staff, interview_id: str) -> None:
    """The clerk writes on; the tablet forgets. Raises NotNow, InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id, lock=True)
    if row.state != SHOWN:
        raise NotNow
    reopen(row, actor.actor, "staff", [])


def reopen(row: Interview, actor: str, how: str, wrong: list[str]) -> None:
    """For those who hold it, in their transaction: the clerk writes on, and the tablet forgets."""
    row.state, row.wrong = OPEN, wrong
    row.save(update_fields=["state", "wrong"])
    services.helps_over(interview=row, actor=actor, how=how)
    audit.record(actor, "interview.returned", chain=chain_of(row), facts={"lines": len(wrong)})


def interview_end(*, actor: Staff, interview_id: str) -> None:
    """Nobody goes on with it: what was written and not sent is destroyed. Raises NotNow, InterviewNotFound, Forbidden."""
    with transaction.atomic(durable=True):
        row = interview_get(actor=actor, interview_id=interview_id, lock=True)
        if row.state not in (OPEN, SHOWN):
            raise NotNow
        interview_close(row, actor.actor)


def interview_close(row: Interview, actor: str) -> None:
    """For those who hold it, in their transaction."""
    left = unfiled(row)
    for draft in left:
        intake.draft_discard(owner=owner_of(row), draft_id=str(draft.id))
    files_forget(owners=[f"draft:{draft.id}" for draft in left])
    services.helps_over(interview=row, actor=actor, how="staff")
    row.state, row.ended_at = (FILED if row.receipts else ENDED), clock.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(actor, "interview.ended", chain=chain_of(row))


# --- how far it is


@dataclass(frozen=True, slots=True)
class Progress:
    """An interview as its clerk sees it in a list. ``tablet``: a tablet shows it now, or waits for the code."""

    row: Interview
    names: tuple[str, ...]
    words: str
    chip: str
    tablet: str


def progress(row: Interview) -> Progress:
    """For its clerk (the caller has got the row for them)."""
    slugs = [d.slug for d in drafts_of(row)]
    help_row = Help.objects.filter(interview=row).exclude(state=ENDED).order_by("-made_at").first() if row.state in (SHOWN, SIGNED) else None
    tablet = help_row.state if help_row else ""
    words, chip = {OPEN: ("聞き取り中です", "key"), SIGNED: ("署名を受けました。送信の途中です", "notice"), FILED: ("送信しました", "ok"),
                   ENDED: ("送信せずに終わりました", ""), SHOWN: _shown(tablet)}[row.state]
    if row.state == FILED and (waits := intake.unpaid_among(row.receipts.values())):
        words, chip = f"送信しました。{waits}件が手数料のお支払いを待っています", "warn"
    if row.state == OPEN and row.wrong:
        words, chip = f"来た方が{len(row.wrong)}か所を「ちがう」と答えました", "warn"
    return Progress(row, tuple(procedures.current(slug).definition.name for slug in slugs), words, chip, tablet)


def _shown(tablet: str) -> tuple[str, str]:
    return {WAITING: ("端末で番号が入るのを待っています", "notice"), STARTED: ("来た方が端末で確かめています", "key")}.get(
        tablet, ("端末が終わりました。番号をもう一度出してください", "warn"))


def shares(row: Interview) -> dict[str, Any]:
    """What was written once, by question of the pages of common_steps."""
    drafts, kinds = unfiled(row), dict[str, Any]()
    for draft in drafts:
        kinds |= draft.shared
    slugs = [d.slug for d in drafts]
    finder = guide.finder_for(slugs)
    own = {q.id: kinds[q.type] for q in guide.together_step(slugs, "", guide.LABELS).questions if q.type in kinds}
    return own | (guide.written(finder, {d.slug: d.shared for d in drafts}) if finder else {})
