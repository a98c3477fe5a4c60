"""The person's side of an interview: what the tablet shows, 「ちがう」, the signature, and the filing (docs/adr/0042)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.db import transaction

from madoguchi.files.public import file_keep, files_forget
from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.procedures import public as procedures

from .errors import ReadAgain, SignatureMissing
from .interviewing import chain_of, drafts_of, interview_get, owner_of, reopen, unfiled
from .models import Help, Interview
from .rules import FILED, IDENTITY, MOST_NAME, SHOWN, SIGNED, STARTED, UNCHECKED, drawn, said_on_screen
from .staff_errors import NotNow


class _PressedTwice(Exception):  # noqa: N818 - nothing is wrong
    """The twin of a double press was faster."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was filed: its procedure and number, what it costs, and whether it is accepted only once that is paid (前納)."""

    d: procedures.Definition
    number: str
    fee: intake.Fee | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """What a tablet shows: the drafts to read over with their mark; after filing the receipts."""

    row: Interview
    read: tuple[intake.ReadOver, ...]
    mark: str
    receipts: tuple[Receipt, ...]

    @property
    def total(self) -> int:
        """What everything that is read over costs together, in yen."""
        return sum(r.bill.total if r.bill else r.d.fee for r in self.read)

    @property
    def waits(self) -> bool:
        """Is something of what was filed accepted only once its fee is paid?"""
        return any(r.waits for r in self.receipts)


def interview_of(help_id: str, *, lock: bool = False) -> Interview | None:
    """The interview that the tablet of this help shows."""
    row = Help.objects.filter(id=help_id, state=STARTED).exclude(interview=None).first()
    if row is None:
        return None
    rows = Interview.objects.select_for_update() if lock else Interview.objects.all()
    return rows.filter(id=str(row.interview_id)).first()


def mark_of(row: Interview) -> str:
    """Of what is on the screen."""
    return said_on_screen([(str(d.id), d.revision) for d in unfiled(row)])


def screen(help_id: str) -> Screen | None:
    """For the tablet of this help; None when there is nothing to read."""
    row = interview_of(help_id)
    if row is None or row.state not in (SHOWN, SIGNED, FILED):
        return None
    drafts = drafts_of(row)
    filed = tuple(Receipt(intake.published_of(d).shown(), row.receipts[str(d.id)], *intake.fee_of_draft(d))
                  for d in drafts if str(d.id) in row.receipts)
    read = tuple(intake.read_over(d) for d in drafts if d.state == "open") if row.state == SHOWN else ()
    return Screen(row, read, mark_of(row), filed)


def lines_of(read: intake.ReadOver) -> set[str]:
    """The lines of a draft that somebody can call wrong."""
    return {f"{read.draft.id}:{line['anchor']}" for part in read.summary for group in part["groups"] for line in group["rows"]}


@transaction.atomic(durable=True)
def interview_return(*, help_id: str, wrong: list[str]) -> None:
    """These lines are wrong: back to the clerk, and the tablet forgets. Raises ReadAgain."""
    row = interview_of(help_id, lock=True)
    if row is None or row.state != SHOWN:
        raise ReadAgain
    there = {line for d in unfiled(row) for line in lines_of(intake.read_over(d))}
    reopen(row, "tablet", "tablet", [line for line in dict.fromkeys(wrong) if line in there])


def interview_sign(*, help_id: str, mark: str, picture: str, name: str, agreed: bool, language: str) -> dict[str, str]:
    """The person has read it and signs: everything is filed. Returns receipt → access code. Raises SignatureMissing, ReadAgain when
    it is not (any more) what the screen showed."""
    row = interview_of(help_id)
    if row is None or row.state not in (SHOWN, SIGNED, FILED):
        raise ReadAgain
    if row.state == FILED:
        return {}  # pressed twice
    if row.state == SHOWN:
        data, typed = drawn(picture), name.strip()[:MOST_NAME]
        if not data and not (typed and agreed):
            raise SignatureMissing
        row = _sign(help_id, row, mark, data, typed, language)
        failpoints.hit("counter.sign.before_filing")
    return interview_file(row)


def _sign(help_id: str, seen: Interview, mark: str, data: bytes, typed: str, language: str) -> Interview:
    """The picture is kept for each case, so that each is forgotten with its own; then all drafts hold it, or none."""
    kept = {str(d.id): file_keep(source=io.BytesIO(data), name="signature.png", size=len(data), owner=f"draft:{d.id}", allowed=("画像",))
            for d in (unfiled(seen) if data else ())}
    failpoints.hit("counter.sign.after_files")
    try:
        with transaction.atomic(durable=True):
            row = interview_of(help_id, lock=True)
            if row is not None and row.state in (SIGNED, FILED):
                raise _PressedTwice
            if row is None or row.state != SHOWN or mark_of(row) != mark:
                raise ReadAgain
            for draft in unfiled(row):
                file = kept.get(str(draft.id))
                signed = {"file": str(file.id), "sha256": file.sha256} if file else {"name": typed}
                means = {intake.IDENTITY: row.identity, "means": "、".join(IDENTITY.get(x, UNCHECKED) for x in row.identity)}
                if not intake.draft_write(draft, supporter=draft.supporter | means | {intake.SIGNATURE: signed}):
                    raise ReadAgain
            row.state, row.language = SIGNED, language
            row.save(update_fields=["state", "language"])
            audit.record("tablet", "interview.signed", chain=chain_of(row), facts={"how": "drawn" if data else "typed"})
            return row
    except (ReadAgain, _PressedTwice) as not_kept:
        if kept:
            with transaction.atomic():
                files_forget(ids=[str(file.id) for file in kept.values()])
        if isinstance(not_kept, ReadAgain):
            raise
        return Interview.objects.get(id=seen.id)


def interview_file(row: Interview) -> dict[str, str]:
    """File what was signed, each in its own transaction; what is filed already stays so. What can no longer be filed goes back to the
    clerk. Returns receipt → access code of those filed now."""
    codes: dict[str, str] = {}
    receipts = dict(row.receipts)
    stopped = False
    for draft in drafts_of(row):
        if str(draft.id) in receipts:
            continue
        mail = intake.read_over(draft).mail if draft.state == "open" else ""
        try:
            filed = intake.application_submit(owner=owner_of(row), draft_id=str(draft.id), mail=mail, language=row.language)
        except intake.NotOpenForThis:
            intake.draft_migrate(owner=owner_of(row), draft_id=str(draft.id))
            stopped = True
            continue
        except (intake.AnswersWrong, intake.OnlineFilingStopped):
            stopped = True
            continue
        receipts[str(draft.id)] = filed.application.receipt
        codes |= {filed.application.receipt: filed.code} if filed.code else {}
    with transaction.atomic(durable=True):
        now = Interview.objects.select_for_update().get(id=row.id)
        now.receipts = now.receipts | receipts
        now.save(update_fields=["receipts"])
        if now.state == SIGNED and stopped:
            reopen(now, "worker", "staff", [])
        elif now.state == SIGNED:
            now.state, now.ended_at = FILED, clock.now()
            now.save(update_fields=["state", "ended_at"])
            audit.record("tablet", "interview.filed", chain=chain_of(now), facts={"receipts": sorted(now.receipts.values())})
    return codes


def interview_finish(*, actor: Staff, interview_id: str) -> None:
    """The clerk sends on what was signed and not wholly sent. Raises NotNow, InterviewNotFound, Forbidden."""
    row = interview_get(actor=actor, interview_id=interview_id)
    if row.state != SIGNED:
        raise NotNow
    interview_file(row)

