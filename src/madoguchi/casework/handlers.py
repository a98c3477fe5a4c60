"""What casework does when it hears from intake. Each may run again after a crash and then changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from madoguchi.identity.public import works_in
from madoguchi.kernel import audit, clock, failpoints, filed, keys, outbox
from madoguchi.kernel.said import say
from madoguchi.offices.public import add_open_days, due_day, open_days_between
from madoguchi.procedures import public as procedures

from . import index
from .events import CASE_CORRECTED, CASE_OPENED
from .models import Case, Correction
from .ports import FilingSource
from .progress import progress_say
from .reopening import TAKEN_BACK, asked_by_applicant, decision_stands, is_reexamined
from .states import OPEN, Act, State, after
from .withdrawing import case_withdraw


def _source() -> FilingSource:
    module, _, name = settings.FILING_SOURCE.rpartition(".")
    return cast(FilingSource, getattr(import_module(module), name)())


def _filing(application_id: str) -> dict[str, Any]:
    sealed = _source().fetch(application_id)
    return cast(dict[str, Any], json.loads(keys.unseal("bundle", sealed, bound_to=application_id)))


def open_case(message: outbox.Envelope) -> None:
    """Handler of ApplicationFiled: copy the filing and open the case."""
    filing = _filing(message.payload["application"])
    d = procedures.version(filing["slug"], filing["version"]).definition
    filed_at = dt.datetime.fromisoformat(filing["filed_at"])
    begins = dt.datetime.fromisoformat(filing["accepted_at"]) if filing.get("accepted_at") else filed_at  # a fee was paid first
    failpoints.hit("casework.open.before")
    with transaction.atomic(durable=True):
        if Case.objects.filter(id=filing["application"]).exists():
            return
        case = Case(
            id=filing["application"], receipt=filing["receipt"], slug=filing["slug"], version=filing["version"],
            checksum=filing["checksum"], section=d.section, channel=filing["channel"], filed_at=filed_at,
            due_on=due_day(begins.astimezone(clock.JST).date(), d.review.days, d.review.day_kind),
            answers=filing["answers"], files=filing["files"], notices=filing["notices"], digest=filing["digest"],
            signed=filing["signed"], acting=filing.get("acting", {}),
            support=filing.get("support", {}), revision=filing["revision"], updated_at=clock.now(),
        )
        case.name, case.search = index.who(case)
        case.save(force_insert=True)
        index.words_write(case)
        audit.record("worker", "case.opened", chain=f"case:{case.id}", facts={"section": case.section, "due": str(case.due_on)})
        outbox.publish(CASE_OPENED, case_ref=case.ref, key=f"opened:{case.id}", payload={"case": case.ref, "slug": case.slug})


def correction_received(message: outbox.Envelope) -> None:
    """Handler of CorrectionAnswered: take the new answers; the clock runs again."""
    filing = _filing(message.payload["application"])
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=filing["application"]).first()
        correction = Correction.objects.filter(id=message.payload["correction"]).first()
        if case is None or correction is None:
            raise outbox.Refused("correction of an unknown case")
        if correction.answered_at is not None:
            return
        # taken up again and asked anew before the worker came to this answer: it is taken, and the newer question still waits
        asked_anew = case.state == State.CORRECTION and Correction.objects.filter(case=case, number__gt=correction.number).exists()
        state = case.state if asked_anew else after(case.state, Act.ANSWER)
        if state is None:
            raise outbox.Refused(f"answer in state {case.state}")
        now = clock.now()
        answered = dt.datetime.fromisoformat(message.payload["at"]) if "at" in message.payload else now  # not when the worker came to it
        correction.items = [i | {"new": _new_text(case, i["path"], filing)} | _mark(case, i["path"], filing, correction.asked_at)
                            for i in correction.items]
        correction.answered_at = answered
        correction.via, correction.typed_by = message.payload.get("via", ""), message.payload.get("by", "")
        correction.save(update_fields=["items", "answered_at", "via", "typed_by"])
        if case.stopped_on and not asked_anew:
            waited = open_days_between(case.stopped_on, answered.astimezone(clock.JST).date())
            case.due_on, case.stopped_on = add_open_days(case.due_on, waited), None
        changed = sorted(key for key in {*case.answers, *filing["answers"]} if case.answers.get(key) != filing["answers"].get(key))
        case.state, case.answers, case.files = state, filing["answers"], filing["files"]
        case.digest, case.revision, case.notices = filing["digest"], filing["revision"], filing["notices"]
        case.name, case.search = index.who(case)
        case.updated_at = now
        case.save()
        index.words_write(case)
        audit.record("worker", "correction.received", chain=f"case:{case.id}", facts={"revision": case.revision},
                     of=case.answers)
        outbox.publish(CASE_CORRECTED, case_ref=case.ref, key=f"corrected:{case.id}:{case.revision}",
                       payload={"case": case.ref, "slug": case.slug, "changed": changed})
        failpoints.hit("casework.correction_received.before_commit")


def documents_received(message: outbox.Envelope) -> None:
    """Handler of DocumentsAdded: take the files that followed."""
    filing = _filing(message.payload["application"])
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=filing["application"]).first()
        if case is None:
            raise outbox.Retry("case not open yet")
        if case.files == filing["files"]:
            return
        case.files, case.updated_at = filing["files"], clock.now()
        case.save(update_fields=["files", "updated_at"])
        audit.record("worker", "documents.received", chain=f"case:{case.id}")


def _new_text(case: Case, path: str, filing: dict[str, Any]) -> str:
    from .selectors import text_at

    return text_at(case, path, filing["answers"], filing["files"])


def _mark(case: Case, path: str, filing: dict[str, Any], asked_at: dt.datetime) -> dict[str, Any]:
    """What became of one thing that was asked for: {mark: same | files | changed, count: of new files}. By what the files hash to and
    what the answers are, for their names and masked words may be alike."""
    if any(a.id == path for a in procedures.version(case.slug, case.version).definition.attachments):
        new = filed.new_files(filing["files"].get(path, []), asked_at)
        return {"mark": "files" if new else "same", "count": len(new)}
    same = filed.alike(filed.value_at(case.answers, path), filed.value_at(filing["answers"], path))
    return {"mark": "same" if same else "changed"}


def withdrawal_decide(message: outbox.Envelope) -> None:
    """Handler of WithdrawalAsked: granted while nobody has decided or sent it for approval, else refused. What was decided and taken up
    again is not withdrawn: the re-examination ends where its applicant had asked for it."""
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=message.payload["application"]).first()
        if case is None:
            raise outbox.Retry("case not open yet")
        state, key = after(case.state, Act.WITHDRAW), f"withdrawal:{message.key}"  # a wish that was refused may come again
        if case.state == State.WITHDRAWN:
            return
        if state is not None and is_reexamined(case):
            if asked_by_applicant(case):
                decision_stands(case, by="worker", act=TAKEN_BACK, key=key, ja=say("もう一度の審査の申出を取り下げました。前の結果は、そのままです"))
                return
            audit.record("worker", "withdrawal.refused", chain=f"case:{case.id}", facts={"state": case.state})
            progress_say(case, key=key, status="", withdrawal="refused", notify=True,
                         ja=say("結果が出たあとの確認は市が行っているため、取り下げられません。担当課にお電話ください"))
            return
        if state is None:
            audit.record("worker", "withdrawal.refused", chain=f"case:{case.id}", facts={"state": case.state})
            progress_say(case, key=key, status="approval" if case.state == State.APPROVAL else "decided",
                         ja=say("すでに決裁に入っているため、取下げはできませんでした。担当課にお電話ください"), withdrawal="refused", notify=True)
            return
        case_withdraw(case, by="worker", key=key, ja=say("申請を取り下げました"))


@transaction.atomic(durable=True)
def cases_release(message: outbox.Envelope) -> None:
    """Handler of identity's SectionLeft: the open cases of who no longer works in the section have no assignee again, so that a
    colleague takes them. Who has come back meanwhile keeps them."""
    staff, section = message.payload["staff"], message.payload["section"]
    if works_in(staff, section):
        return
    for case in Case.objects.select_for_update().filter(section=section, assignee_id=staff, state__in=OPEN).order_by("id"):
        Case.objects.filter(id=case.id).update(assignee=None, updated_at=clock.now())
        audit.record("worker", "case.released", chain=f"case:{case.id}", facts={"staff": staff})
