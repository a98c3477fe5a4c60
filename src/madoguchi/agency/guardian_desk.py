"""Writers of legal representations, on the side of the city: confirmed with scope and last day, refused, looked at again, ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.notifications.public import mail_promise

from . import guardian_mails
from . import guardian_selectors as selectors
from .errors import GuardianMoved, GuardianNotFound, GuardianWrong
from .guardian_rules import ALL, KINDS, Stage, end_faults
from .guardians import chain, seal
from .models import Guardianship
from .services import offerable

MOST = 500


def _locked(actor: Staff, guardian_id: str, *stages: Stage) -> Guardianship:
    selectors.section_of(actor)
    row = Guardianship.objects.select_for_update().exclude(state=Stage.WRITING).filter(id=guardian_id).first()
    if row is None:
        raise GuardianNotFound
    if row.state not in stages:
        raise GuardianMoved
    return row


def _why(why: str) -> str:
    why = why.strip()
    if not 2 <= len(why) <= MOST:
        raise GuardianWrong([("why", f"理由を{MOST}文字以内で入力してください。申し出た方に、そのまま伝わります")])
    return why


def _tell(row: Guardianship, act: str) -> None:
    """A notice on my page, and a mail that names nothing."""
    to = selectors.opened(row).get("mail", "")
    if to:
        subject, body = guardian_mails.news(row.language, str(row.id))
        mail_promise(key=f"guardian:{row.id}:{act}:{clock.now():%Y%m%d%H%M%S}", case_ref=chain(row), to=to, subject=subject, body=body)


def scope_choices() -> dict[str, str]:
    """分野 and procedures that an agent can file."""
    return offerable()


@transaction.atomic(durable=True)
def claim_accept(
    *, actor: Staff, guardian_id: str, scope: list[str], ends_on: dt.date | None, recheck_on: dt.date | None, looked: bool,
) -> Guardianship:
    """Confirm it for a scope until a day. Raises GuardianWrong, GuardianMoved, GuardianNotFound, Forbidden."""
    row = _locked(actor, guardian_id, Stage.ASKED)
    kind, faults = KINDS[row.kind], []
    allowed = {*offerable(), *([ALL] if kind.whole else [])}
    if not scope or set(scope) - allowed:
        faults.append(("scope", "代理できる手続きを選んでください"))
    faults += end_faults(ends_on, recheck_on, clock.today(), selectors.last_day(row))
    if not looked:
        faults.append(("looked", "証明書の原本と同じ内容かを確かめ、印を付けてください"))
    if faults:
        raise GuardianWrong(faults)
    row.scope = [ALL] if ALL in scope else sorted(set(scope))
    row.state, row.decided_at, row.decided_by = Stage.ACCEPTED, clock.now(), actor.username
    row.ends_on, row.recheck_on, row.unread = ends_on, recheck_on, True
    row.save(update_fields=["scope", "state", "decided_at", "decided_by", "ends_on", "recheck_on", "unread"])
    audit.record(actor.actor, "guardian.accepted", chain=chain(row), facts={
        "kind": row.kind, "scope": row.scope, "ends": str(ends_on), "recheck": str(recheck_on), "files": [f["sha256"] for f in row.files]})
    _tell(row, "accepted")
    return row


def _close(row: Guardianship, actor: Staff, stage: Stage, why: str) -> Guardianship:
    told: dict[str, Any] = selectors.opened(row) | {"why": why}
    now = clock.now()
    row.state, row.ended_at, row.sealed, row.unread = stage, now, seal(row, told), True
    if stage == Stage.REFUSED:
        row.decided_at, row.decided_by = now, actor.username
    row.save(update_fields=["state", "ended_at", "sealed", "unread", "decided_at", "decided_by"])
    audit.record(actor.actor, f"guardian.{stage}", chain=chain(row), of=why)
    _tell(row, stage)
    return row


@transaction.atomic(durable=True)
def claim_refuse(*, actor: Staff, guardian_id: str, why: str) -> Guardianship:
    """Refuse it, with the reason. Raises GuardianWrong, GuardianMoved, GuardianNotFound, Forbidden."""
    row = _locked(actor, guardian_id, Stage.ASKED)
    return _close(row, actor, Stage.REFUSED, _why(why))


@transaction.atomic(durable=True)
def claim_end(*, actor: Staff, guardian_id: str, why: str) -> Guardianship:
    """End one that stands, with the reason: nothing can be filed on it any more, drafts included. Raises as `claim_refuse`."""
    row = _locked(actor, guardian_id, Stage.ACCEPTED)
    if not selectors.works(row):
        raise GuardianMoved
    return _close(row, actor, Stage.ENDED, _why(why))


@transaction.atomic(durable=True)
def claim_recheck(*, actor: Staff, guardian_id: str, recheck_on: dt.date | None, why: str) -> Guardianship:
    """Looked at again and still so: the next day to look. ``why`` says by what. Raises as `claim_refuse`."""
    row = _locked(actor, guardian_id, Stage.ACCEPTED)
    if not selectors.works(row):
        raise GuardianMoved
    assert row.ends_on is not None
    if faults := [f for f in end_faults(row.ends_on, recheck_on, clock.today(), row.ends_on) if f[0] == "recheck"]:
        raise GuardianWrong(faults)
    how = why.strip()
    if not 2 <= len(how) <= MOST:
        raise GuardianWrong([("how", "何で確かめたかを入力してください")])
    row.recheck_on = recheck_on
    row.save(update_fields=["recheck_on"])
    audit.record(actor.actor, "guardian.rechecked", chain=chain(row), facts={"recheck": str(recheck_on)}, of=how)
    return row
