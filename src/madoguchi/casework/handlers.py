"""What casework does when it hears from intake. Each may run again after a crash and then changes nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.identity.public import works_in
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.said import say
from madoguchi.offices.public import city, due_day
from madoguchi.procedures import public as procedures

from . import index
from .answered import filing_copy
from .events import CASE_OPENED
from .models import Case
from .progress import progress_say
from .reopening import BACK, TAKEN_BACK, asked_by_applicant, decision_stands, ended_already, is_reexamined
from .states import OPEN, Act, State, after
from .withdrawing import case_withdraw


def open_case(message: outbox.Envelope) -> None:
    """Handler of ApplicationFiled: copy the filing and open the case."""
    filing = filing_copy(message.payload["application"])
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


def documents_received(message: outbox.Envelope) -> None:
    """Handler of DocumentsAdded: take the files that followed."""
    filing = filing_copy(message.payload["application"])
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=filing["application"]).first()
        if case is None:
            raise outbox.Retry("case not open yet")
        if case.files == filing["files"]:
            return
        case.files, case.updated_at = filing["files"], clock.now()
        case.save(update_fields=["files", "updated_at"])
        audit.record("worker", "documents.received", chain=f"case:{case.id}")


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
                decision_stands(case, by="worker", act=TAKEN_BACK, key=key, ja=BACK)
                return
            audit.record("worker", "withdrawal.refused", chain=f"case:{case.id}", facts={"state": case.state})
            progress_say(case, key=key, status="", withdrawal="refused", notify=True,
                         ja=say("結果が出たあとの確認は市が行っているため、取り下げられません。担当課にお電話ください"))
            return
        if ended_already(case):  # the section was quicker
            progress_say(case, key=key, status="decided", ja=BACK, withdrawal="ended")
            return
        if state is None:
            audit.record("worker", "withdrawal.refused", chain=f"case:{case.id}", facts={"state": case.state})
            progress_say(case, key=key, status="approval" if case.state == State.APPROVAL else "decided",
                         ja=say("すでに決裁に入っているため、取下げはできませんでした。担当課にお電話ください"), withdrawal="refused", notify=True)
            return
        case_withdraw(case, by="worker", key=key, ja=say("取り下げました"))


@transaction.atomic(durable=True)
def cases_release(message: outbox.Envelope) -> None:
    """Handler of identity's SectionLeft: the open cases of who no longer works in the section have no assignee again, so that a
    colleague takes them. Who has come back meanwhile keeps them."""
    staff, section = message.payload["staff"], message.payload["section"]
    if works_in(staff, section):
        return
    for case in Case.objects.select_for_update().filter(section__in=city().kept_as(section), assignee_id=staff, state__in=OPEN).order_by("id"):
        Case.objects.filter(id=case.id).update(assignee=None, updated_at=clock.now())
        audit.record("worker", "case.released", chain=f"case:{case.id}", facts={"staff": staff})
