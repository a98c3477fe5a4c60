"""An answer to a correction arrives. Between the press of its button and this moment the case may have gone on: what was sent is taken in
every state, and nothing is decided on answers that nobody has read."""

from __future__ import annotations

import datetime as dt
import json
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from madoguchi.kernel import audit, clock, failpoints, filed, keys, outbox
from madoguchi.kernel.said import say
from madoguchi.offices.public import add_open_days, open_days_between
from madoguchi.procedures import public as procedures

from . import index, papers, selectors
from .events import CASE_CORRECTED
from .models import Case, Correction, Decision
from .ports import FilingSource
from .progress import progress_say
from .states import OPEN, Act, State, after

GOES_ON = say("送っていただいた内容が届きました。この内容で審査を続けます")
TOO_LATE = say("送っていただいた内容は、結果が出たあとに届きました。担当課が確認します")


def filing_copy(application_id: str) -> dict[str, Any]:
    """What was filed, as intake bundles it for the section."""
    module, _, name = settings.FILING_SOURCE.rpartition(".")
    source = cast(FilingSource, getattr(import_module(module), name)())
    return cast(dict[str, Any], json.loads(keys.unseal("bundle", source.fetch(application_id), bound_to=application_id)))


def correction_received(message: outbox.Envelope) -> None:
    """Handler of CorrectionAnswered: take the new answers; the clock runs again."""
    filing = filing_copy(message.payload["application"])
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=filing["application"]).first()
        correction = Correction.objects.filter(id=message.payload["correction"]).first()
        if case is None or correction is None:
            raise outbox.Refused("correction of an unknown case")
        if correction.answered_at is not None:
            return
        before, now = State(case.state), clock.now()
        # taken up again and asked anew before the worker came to this answer: it is taken, and the newer question still waits
        asked_anew = before == State.CORRECTION and Correction.objects.filter(case=case, number__gt=correction.number).exists()
        answered = dt.datetime.fromisoformat(message.payload["at"]) if "at" in message.payload else now  # not when the worker came to it
        _answered(case, correction, filing, message.payload, answered)
        if before in OPEN and not asked_anew:
            case.state = after(before, Act.ANSWER) or before
            if case.stopped_on:
                waited = open_days_between(case.stopped_on, answered.astimezone(clock.JST).date())
                case.due_on, case.stopped_on = add_open_days(case.due_on, waited), None
        changed = _taken(case, filing, now)
        if before == State.APPROVAL:
            _proposals_end(case)
        audit.record("worker", "correction.received", chain=f"case:{case.id}", facts={"revision": case.revision}, of=case.answers)
        outbox.publish(CASE_CORRECTED, case_ref=case.ref, key=f"corrected:{case.id}:{case.revision}",
                       payload={"case": case.ref, "slug": case.slug, "changed": changed})
        _crossed(case, correction, before)
        failpoints.hit("casework.correction_received.before_commit")


def _answered(case: Case, correction: Correction, filing: dict[str, Any], said: dict[str, Any], at: dt.datetime) -> None:
    final = Decision.objects.filter(case=case, state="final").order_by("-number").first() if case.state == State.DECIDED else None
    late = {"late": final.number} if final else {}  # the decision that was made without it
    correction.items = [i | {"new": selectors.text_at(case, i["path"], filing["answers"], filing["files"])}
                        | _mark(case, i["path"], filing, correction.asked_at) | late for i in correction.items]
    correction.answered_at, correction.via, correction.typed_by = at, said.get("via", ""), said.get("by", "")
    correction.save(update_fields=["items", "answered_at", "via", "typed_by"])


def _mark(case: Case, path: str, filing: dict[str, Any], asked_at: dt.datetime) -> dict[str, Any]:
    """What became of one thing that was asked for: {mark: same | files | changed, count: of new files}. By what the files hash to and
    what the answers are, for their names and masked words may be alike."""
    if any(a.id == path for a in procedures.version(case.slug, case.version).definition.attachments):
        new = filed.new_files(filing["files"].get(path, []), asked_at)
        return {"mark": "files" if new else "same", "count": len(new)}
    same = filed.alike(filed.value_at(case.answers, path), filed.value_at(filing["answers"], path))
    return {"mark": "same" if same else "changed"}


def _taken(case: Case, filing: dict[str, Any], now: dt.datetime) -> list[str]:
    """Write the new answers into the section's copy. Returns which changed."""
    changed = sorted(key for key in {*case.answers, *filing["answers"]} if case.answers.get(key) != filing["answers"].get(key))
    case.answers, case.files = filing["answers"], filing["files"]
    case.digest, case.revision, case.notices = filing["digest"], filing["revision"], filing["notices"]
    case.name, case.search = index.who(case)
    case.updated_at = now
    case.save()
    index.words_write(case)
    return changed


def _proposals_end(case: Case) -> None:
    """What waits for a stamp was proposed on the answers of before: it goes back to the clerk (parity reads this off the record)."""
    for pending in Decision.objects.select_for_update().filter(case=case, state="proposed"):
        pending.state = "overtaken"
        pending.save(update_fields=["state"])
        papers.papers_release(pending)


def _crossed(case: Case, correction: Correction, before: State) -> None:
    """The applicant was told that the section waits no longer, and the answer was under way: what became of it."""
    if before in (State.REVIEWING, State.APPROVAL):
        progress_say(case, key=f"crossed:{correction.id}", status="under_review", ja=GOES_ON, notify=True)
    if before == State.DECIDED:  # the section sees it on the case (detail.notes_beside)
        progress_say(case, key=f"crossed:{correction.id}", status="", ja=TOO_LATE, notify=True)
