"""Writers of legal representations, on the side of the representative; and what is destroyed when."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from madoguchi.files.public import FileRefused, file_keep, files_forget
from madoguchi.identity.public import Owner, person_of
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.said import say
from madoguchi.procedures.public import Fault
from madoguchi.procedures.rules.validate import Raw

from . import guardian_form, guardian_rules, ports
from . import guardian_selectors as selectors
from .errors import GuardianMoved, GuardianNotFound, GuardianWrong
from .guardian_rules import KINDS, MOST_FILES, OVER, OWN_ENDS, WRITING_DAYS, Stage
from .models import Guardianship
from .rules import same_name

AT_ONCE = 400  # of one sweep
MOST_OPEN = 20  # of one person that wait: enough for whoever is a guardian by profession


class DeclarationWrong(GuardianWrong):
    """What was typed on the form, question by question."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__([(f.question, f.ja) for f in faults])
        self.by_question = faults


def seal(row: Guardianship, told: dict[str, Any]) -> bytes:
    """The sealed part of a row."""
    return keys.seal("guardian", json.dumps(told, ensure_ascii=False).encode(), bound_to=str(row.id))


def chain(row: Guardianship) -> str:
    """The audit chain of one."""
    return f"guardian:{row.id}"


def _judge(values: dict[str, Any], faults: list[Fault], own: str) -> list[Fault]:
    """What the field types do not know: the age of the certificate, that a child is one, that nobody represents themselves."""
    today, out = clock.today(), list(faults)
    if "issued" in values and (said := guardian_rules.issued_fault(dt.date.fromisoformat(values["issued"]), today)):
        out.append(Fault("issued", said, "y"))
    if "born" in values:
        born = dt.date.fromisoformat(values["born"])
        if born > today:
            out.append(Fault("born", say("生年月日は今日までの日付を入力してください"), "y"))
        elif (kind := KINDS.get(values.get("kind", ""))) and kind.minor and guardian_rules.minor_until(born) < today:
            out.append(Fault("born", say("18歳になった方の親権者・未成年後見人にはなれません。生年月日か、あなたの立場を確認してください"), "y"))
    if "name" in values and same_name(f"{values['name'].get('sei', '')}{values['name'].get('mei', '')}", own):
        out.append(Fault("name", say("ご自分の代理はできません。代理される方（ご本人）の氏名を入力してください"), "sei"))
    return out


@transaction.atomic(durable=True)
def guardian_declare(*, owner: Owner, raw: Raw, language: str = "ja") -> Guardianship:
    """Declare; nothing is sent yet, the proof follows. Raises DeclarationWrong, GuardianNotFound."""
    agent = person_of(owner)
    if agent is None:
        raise GuardianNotFound
    values, found = guardian_form.read(raw)
    if faults := _judge(values, found, agent.name):
        raise DeclarationWrong(faults)
    if Guardianship.objects.filter(agent=owner.key, state__in=[Stage.WRITING, Stage.ASKED]).count() >= MOST_OPEN:
        raise DeclarationWrong([Fault("kind", say("確認を待っている申し出が多すぎます。結果が出てから、次の申し出をしてください"), "")])
    issued = dt.date.fromisoformat(values["issued"])
    row = Guardianship(agent=owner.key, kind=values["kind"], issued_on=issued, made_at=clock.now(), language=language)
    person = {key: values[key] for key in ("name", "kana", "born", "address")}
    row.sealed = seal(row, {"person": person, "agent": asdict(agent), "mail": values.get("mail", "")})
    row.save(force_insert=True)
    audit.record(f"resident:{owner.key}", "guardian.declared", chain=chain(row), first=True, facts={"kind": row.kind}, of=person)
    return row


def _locked(owner: Owner | None, guardian_id: str) -> Guardianship:
    found = selectors.guardian_get(owner=owner, guardian_id=guardian_id)
    return Guardianship.objects.select_for_update().get(id=found.id)


def guardian_attach(*, owner: Owner | None, guardian_id: str, source: BinaryIO, name: str, size: int) -> None:
    """Add a page of the proof: before it is sent, and a newer one while it stands. Raises FileRefused, GuardianMoved."""
    row = selectors.guardian_get(owner=owner, guardian_id=guardian_id)
    if not (row.state in (Stage.WRITING, Stage.ASKED) or selectors.works(row)):
        raise GuardianMoved
    if len(row.files) >= MOST_FILES:
        raise FileRefused(say("証明書は{most}個までです。入れ替えるときは、先に消してください。", most=MOST_FILES))
    kept = file_keep(source=source, name=name, size=size, owner=f"guardian:{row.id}")
    failpoints.hit("agency.proof.before_commit")
    with transaction.atomic():
        row = _locked(owner, guardian_id)
        row.files = [*row.files, {"id": str(kept.id), "name": kept.name, "size": kept.size, "kind": kept.kind, "sha256": kept.sha256}]
        row.save(update_fields=["files"])
        assert owner is not None
        audit.record(f"resident:{owner.key}", "guardian.proof", chain=chain(row), facts={"sha256": kept.sha256})


@transaction.atomic
def guardian_detach(*, owner: Owner | None, guardian_id: str, file_id: str) -> None:
    """Take a page away again, while nothing was sent. Raises GuardianNotFound, GuardianMoved."""
    row = _locked(owner, guardian_id)
    if file_id not in {f["id"] for f in row.files}:
        raise GuardianNotFound
    if row.state != Stage.WRITING:
        raise GuardianMoved
    row.files = [f for f in row.files if f["id"] != file_id]
    row.save(update_fields=["files"])
    files_forget(ids=[file_id])


@transaction.atomic(durable=True)
def guardian_send(*, owner: Owner, guardian_id: str) -> Guardianship:
    """Ask the city to confirm it. Raises GuardianWrong, GuardianMoved, GuardianNotFound."""
    row = _locked(owner, guardian_id)
    if row.state != Stage.WRITING:
        raise GuardianMoved
    if not row.files:
        raise GuardianWrong([("file-proof", say("証明書の写真かPDFを追加してください"))])
    if said := guardian_rules.issued_fault(row.issued_on, clock.today()):
        raise GuardianWrong([("file-proof", said)])
    row.state, row.asked_at = Stage.ASKED, clock.now()
    row.save(update_fields=["state", "asked_at"])
    audit.record(f"resident:{owner.key}", "guardian.asked", chain=chain(row), facts={"files": [f["sha256"] for f in row.files]})
    return row


@transaction.atomic(durable=True)
def guardian_end(*, owner: Owner, guardian_id: str) -> Guardianship:
    """Take it back, or end it at once. Raises GuardianNotFound, GuardianMoved."""
    row = _locked(owner, guardian_id)
    after = OWN_ENDS.get(Stage(row.state))
    if after is None or (row.state == Stage.ACCEPTED and not selectors.works(row)):
        raise GuardianMoved(say("この申し出は、もう終わっています。"))
    row.state, row.ended_at = after, clock.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(f"resident:{owner.key}", f"guardian.{after}", chain=chain(row))
    return row


@transaction.atomic
def guardian_read(*, owner: Owner, guardian_id: str) -> None:
    """The representative has opened what the city said."""
    row = selectors.guardian_get(owner=owner, guardian_id=guardian_id)
    Guardianship.objects.filter(id=row.id, unread=True).update(unread=False)


def proofs_over() -> list[Guardianship]:
    """Whose proof goes now: it ended `GUARDIAN_PROOF_DAYS` ago, and no case that was filed on it runs or is held."""
    proof = dt.timedelta(days=settings.GUARDIAN_PROOF_DAYS)
    ended = Q(state__in=OVER, ended_at__lt=clock.now() - proof) | Q(state=Stage.ACCEPTED, ends_on__lt=clock.today() - proof)
    return _let_go(Guardianship.objects.filter(ended).exclude(files=[]))


def guardians_over() -> list[Guardianship]:
    """What goes as a whole: never sent for thirty days, or over for as long as a mandate is kept, and no case needs it."""
    kept, now = dt.timedelta(days=366 * settings.MANDATE_KEEP_YEARS), clock.now()
    over = Q(state__in=OVER, ended_at__lt=now - kept) | Q(state=Stage.ACCEPTED, ends_on__lt=clock.today() - kept)
    return _let_go(Guardianship.objects.filter(over | Q(state=Stage.WRITING, made_at__lt=now - dt.timedelta(days=WRITING_DAYS))))


def _let_go(rows: QuerySet[Guardianship]) -> list[Guardianship]:
    found = list(rows.order_by("made_at", "id"))
    held = ports.needed([str(row.id) for row in found])
    return [row for row in found if str(row.id) not in held]


def guardians_sweep() -> int:
    """Destroy what is over (proofs_over, guardians_over). What a case was filed on stands in the case itself. Returns how many went."""
    for row in proofs_over()[:AT_ONCE]:
        with transaction.atomic():
            files_forget(owners=[f"guardian:{row.id}"])
            Guardianship.objects.filter(id=row.id).update(files=[])
            audit.record("worker", "guardian.proof_destroyed", chain=chain(row), facts={"files": len(row.files)})
    rows = guardians_over()[:AT_ONCE]
    for row in rows:
        with transaction.atomic():
            files_forget(owners=[f"guardian:{row.id}"])
            audit.record("worker", "guardian.destroyed", chain=chain(row))
            audit.key_destroy(chain(row))
            row.delete()
    return len(rows)
