"""What the applicant sees and does after filing: status, correction, withdrawal; and the projection of the case."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F

from madoguchi.files.public import FileRefused, StoredFile, file_get, file_keep
from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, filed, keys, outbox, sealed
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.filed import filing_digest
from madoguchi.kernel.fixed import FixedRead
from madoguchi.kernel.said import keepable, say
from madoguchi.notifications.public import mail_promise
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault, Published
from madoguchi.procedures.rules.validate import Raw

from . import acting, companies, mails, numbers, signing, twice, unsent
from .codes import pass_of
from .drafts import facts, procedures_attachments
from .errors import AnswersWrong, CodeWrong, NotOpenForThis, Unchanged
from .events import CORRECTION_ANSWERED, DOCUMENTS_ADDED, WITHDRAWAL_ASKED
from .filing import code_digest
from .models import Application, Revision, TalkLine
from .reopened import Opened, applied, pages_of, path_of
from .rules import MAX_TRIES, OPEN_FOR_DOCUMENTS, STATUS_WORDS, TYPED, may_withdraw, receipt_read

READ = FixedRead(Application, "id")
REPLACED = "（差替え済み）"  # as on the section's page


def application_get(*, owner: Owner | None, application_id: str, passes: frozenset[str] = frozenset()) -> Application:
    """An application of this owner (or one opened by receipt number and code, as long as that is its code). Raises NotFound."""
    found = READ.one(application_id)
    mine = found is not None and ((owner is not None and _sees(owner, found)) or pass_of(found) in passes)
    if not mine or found is None:
        raise NotFound(say("この手続きは見つかりませんでした。受付番号を確認するか、ログインし直してください。"))
    return found


def _sees(owner: Owner, row: Application) -> bool:
    """One's own, and what an agent filed for one; what one filed as an agent, while the mandate lives and says so."""
    return row.principal in owner.keys or (row.owner in owner.keys and acting.sees(owner, [row])[str(row.id)])


def copy_get(*, owner: Owner | None, application_id: str) -> Application:
    """What one filed oneself as an agent, for its copy alone (docs/adr/0024). Raises NotFound."""
    row = Application.objects.filter(id=application_id, owner__in=owner.keys).exclude(acting={}).first() if owner else None
    if row is None:
        raise NotFound(say("この手続きは見つかりませんでした。受付番号を確認するか、ログインし直してください。"))
    return row


def answerable_get(*, owner: Owner | None, application_id: str, passes: frozenset[str] = frozenset()) -> tuple[Application, bool]:
    """An application whose corrections and later documents this owner may send, and whether they see the rest of it too: one's own, or what
    one filed as an organisation without a standing 委任. Raises NotFound."""
    try:
        return application_get(owner=owner, application_id=application_id, passes=passes), True
    except NotFound:
        row = copy_get(owner=owner, application_id=application_id)
        if not acting.answers(row):
            raise
        return row, False


def payable_get(*, owner: Owner | None, application_id: str, passes: frozenset[str] = frozenset()) -> Application:
    """An application whose fee this owner may pay: one's own, and what one filed as an agent while it waits for the fee (前納): it was asked
    of who filed it. Raises NotFound."""
    try:
        return application_get(owner=owner, application_id=application_id, passes=passes)
    except NotFound:
        row = copy_get(owner=owner, application_id=application_id)
        if row.status != "unpaid":
            raise
        return row


def copy_answers(row: Application) -> dict[str, Any]:
    """What was sent, before any correction."""
    first = Revision.objects.filter(application=row, number=1).first()
    return dict(first.answers if first else row.answers)


def application_by_code(*, receipt: str, code: str) -> Application:
    """Open an application by receipt number and access code. Raises CodeWrong; locked after eight wrong tries."""
    row = Application.objects.filter(receipt=receipt_read(receipt)).first()
    digits = "".join(c for c in unicodedata.normalize("NFKC", code) if c.isdigit())
    if row is None or not row.code_digest:
        raise CodeWrong
    if row.code_tries >= MAX_TRIES:
        raise CodeWrong(say("確認番号のまちがいが続いたため、この受付番号では見られなくなりました。"
                            "「確認番号がわからないとき」から、新しい番号を受け取ってください。"))
    if code_digest(row.receipt, digits) != row.code_digest:
        Application.objects.filter(id=row.id).update(code_tries=F("code_tries") + 1)
        raise CodeWrong
    Application.objects.filter(id=row.id).update(code_tries=0)
    return row


def published_of(application: Application) -> Published:
    """The version it was filed on."""
    return procedures.version(application.slug, application.version)


def document_file(*, application: Application, document_id: str) -> tuple[StoredFile, str]:
    """The file of an issued document of this application, with its name. One that was replaced says so in the name under which it is saved:
    its bytes stay those that were issued."""
    for doc in application.view.get("documents", []):
        if doc["id"] == document_id:
            return file_get(doc["file"]), doc["name"] + (REPLACED if doc.get("replaced") else "")
    raise NotFound(say("書類が見つかりませんでした。"))


def attachment_file(*, application: Application, file_id: str) -> StoredFile:
    """A file that was sent with this application."""
    if any(f["id"] == file_id for entries in application.files.values() for f in entries):
        return file_get(file_id)
    raise NotFound(say("ファイルが見つかりませんでした。"))


def correction_step(application: Application, extra: frozenset[str] = frozenset(), *, drawn: bool = False) -> tuple[list[Opened], list[str]]:
    """The pages and document slots that a correction opens. ``extra`` are paths that the new answers made necessary; ``drawn``: in the
    language of the page."""
    published = published_of(application)
    wanted = frozenset(item["path"] for item in application.view.get("correction", {}).get("items", []))
    return pages_of(published.shown() if drawn else published.definition, wanted | extra)


@transaction.atomic(durable=True)
def correction_answer(
    *, application: Application, raw: Raw, extra: frozenset[str], actor: str, via: str = "", owner: Owner | None = None, ask: bool = False
) -> Application:
    """Answer a correction: only the reopened questions are read. ``via`` (a key of TYPED): how somebody of the section got the answer that
    they typed off; empty for the applicant's own. What was filed with the card's signature is signed again by ``owner``, who answers.
    ``ask``: nothing goes out while something that was asked for is as it was. Raises AnswersWrong, NotOpenForThis, OnlineFilingStopped,
    SignatureRefused, Unchanged."""
    row = Application.objects.select_for_update().get(id=application.id)
    correction = row.view.get("correction")
    if row.status != "correction" or not correction:
        raise NotOpenForThis
    verdict, faults = _judged(row, raw, extra)
    if faults := faults or companies.correction_faults(owner, row, verdict.answers):
        raise AnswersWrong(faults)
    if ask and (same := _unchanged(row, correction, verdict.answers)):
        raise Unchanged(same)
    now = clock.now()
    Revision.objects.create(application=row, number=row.revision, answers=row.answers, files=row.files, signature=row.signed_again, replaced_at=now)
    before, row.answers, row.revision, row.files = row.answers, verdict.answers, row.revision + 1, unsent.sent(row.files)
    row.digest = filing_digest(row.slug, row.checksum, row.answers, row.files)
    row.signed_again = None if via else signing.sign_again(row, owner)
    row.status = "answered"
    row.notices = [n.kept() for n in verdict.notices]
    row.view = {k: v for k, v in row.view.items() if k != "correction"} | {
        twice.KEY: twice.mark_of(raw),
        "timeline": [*row.view["timeline"], _told(row, actor, now, via)]}
    failpoints.hit("intake.correction.before_write")
    row.save(update_fields=["answers", "files", "revision", "digest", "signed_again", "status", "view", "notices"])
    audit.record(actor, "correction.answered", chain=f"case:{row.id}",
                 facts={"revision": row.revision, "digest": row.digest} | ({"via": via} if via else {})
                 | ({"signed": True} if row.signed_again else {}) | ({} if via else acting.hand(row, actor)),
                 of={"before": before, "after": row.answers})
    outbox.publish(CORRECTION_ANSWERED, case_ref=str(row.id), key=f"corrected:{row.id}:{row.revision}",
                   payload={"application": str(row.id), "correction": correction["id"], "revision": row.revision, "at": now.isoformat()}
                   | ({"via": via, "by": actor} if via else {}))
    if via and row.sealed_mail and acting.tells(row):
        _notify(row, f"typed:{row.id}:{row.revision}")
    failpoints.hit("intake.correction.before_commit")
    return row


def _told(row: Application, actor: str, now: dt.datetime, via: str) -> dict[str, Any]:
    """An answer in the course of things: typed off by the section (``via``), by an agent, by the person."""
    agent = "" if via else acting.by_agent(row, actor)
    words = say("直した内容を送りました（代理：{name}）", name=agent) if agent else say("直した内容を送りました")
    return {"at": now.isoformat()} | keepable(TYPED[via] if via else words)


def _unchanged(row: Application, correction: dict[str, Any], answers: dict[str, Any]) -> list[str]:
    """The paths of what was asked for and is as it was: the same answer, no file that did not lie there before."""
    slots = {a.id for a in published_of(row).definition.attachments}
    since = dt.datetime.fromisoformat(correction.get("asked", "2000-01-01T00:00:00+09:00"))  # not said by a release before
    return [
        path for path in (item["path"] for item in correction["items"])
        if (not filed.new_files(row.files.get(path, []), since) if path in slots
            else filed.alike(filed.value_at(row.answers, path), filed.value_at(answers, path)))
    ]


def correction_more(application: Application, extra: frozenset[str], faults: Sequence[Fault]) -> frozenset[str]:
    """What the page has to show besides, because the new answers made it necessary."""
    pages, slots = correction_step(application, extra)
    d = published_of(application).definition
    return frozenset(path_of(d, f) for f in faults if f.question not in slots and not any(page.holds(f) for page in pages))


def _judged(row: Application, raw: Raw, extra: frozenset[str]) -> tuple[procedures.Verdict, list[Fault]]:
    """What the new answers come to. Of ``extra`` (what the page showed besides) only that is read without which they would be wrong:
    what nobody asked for stays as it was filed."""
    d = published_of(row).definition
    counts = None  # of paper they lie among the sheets
    if row.channel != "paper":
        counts = {slot: len(entries) for slot, entries in row.files.items()} | dict.fromkeys(acting.spared(d, acting.kind_filed(row)), 1)
    opened = frozenset[str]()
    while True:
        answers, faults = applied(d, correction_step(row, opened)[0], raw, row.answers, row.filed_on)
        verdict = numbers.judge(d, facts(answers, row.filed_on), counts, row.answers)
        needed = {path_of(d, f) for f in verdict.faults} & extra - opened
        if faults or not needed:
            return verdict, faults or verdict.faults
        sealed.wipe(sealed.tokens_in(answers) - sealed.tokens_in(row.answers))
        opened |= needed


def slots_open(row: Application, raw: Raw, extra: frozenset[str]) -> frozenset[str]:
    """The slots that take a file: those that were asked for, and of ``extra`` those that the answers as sent make necessary and the
    answers as filed did not."""
    slots, d = frozenset(correction_step(row)[1]), published_of(row).definition
    if not extra - slots:
        return slots
    with transaction.atomic():
        verdict, _ = _judged(row, raw, extra)
        transaction.set_rollback(True)  # numbers that were sealed to judge them
    was, now = (frozenset(a.id for a in procedures_attachments(d, procedures.derive(d, facts(answers, row.filed_on))) if a.required)
                for answers in (row.answers, verdict.answers))
    return slots | (now - was) & extra


def correction_attach(
    *, application: Application, slot: str, source: BinaryIO, name: str, size: int, raw: Raw, extra: frozenset[str] = frozenset()
) -> None:
    """Add a file to a slot that a correction reopened, or that the new answers (``raw``) made necessary (the old ones stay in the
    history). Raises NotOpenForThis, FileRefused."""
    d = published_of(application).definition
    attachment = next((a for a in d.attachments if a.id == slot), None)
    if attachment is None or application.status != "correction" or slot not in slots_open(application, raw, extra):
        raise NotOpenForThis
    if len(application.files.get(slot, [])) >= attachment.most + 5:
        raise FileRefused(say("「{name}」はこれ以上追加できません。", name=attachment.name))
    kept = file_keep(source=source, name=name, size=size, owner=f"case:{application.id}", allowed=attachment.kinds)
    correction_keep(application, slot, kept, **unsent.MARK)


def correction_keep(application: Application, slot: str, kept: StoredFile, **more: Any) -> None:
    """Put a file among those of an application while its correction is open. Raises NotOpenForThis."""
    with transaction.atomic():
        row = Application.objects.select_for_update().get(id=application.id)
        if row.status != "correction":
            raise NotOpenForThis
        row.files = row.files | {slot: [*row.files.get(slot, []), _entry(kept) | more]}
        row.save(update_fields=["files"])


def _entry(kept: StoredFile) -> dict[str, Any]:
    return {"id": str(kept.id), "name": kept.name, "size": kept.size, "kind": kept.kind, "sha256": kept.sha256, "added": clock.now().isoformat()}


def later_slots(application: Application) -> list[procedures.Attachment]:
    """The documents that may still follow (あとで可, 任意) while nobody has decided."""
    if application.status not in OPEN_FOR_DOCUMENTS:
        return []
    d = published_of(application).definition
    known = procedures.derive(d, facts(application.answers, application.filed_on))
    asked = acting.asked(d, procedures_attachments(d, known), acting.kind_filed(application))
    return [a for a in asked if not a.required and len(application.files.get(a.id, [])) < a.most]


def document_add(*, application: Application, slot: str, source: BinaryIO, name: str, size: int, actor: str) -> None:
    """Send a document after filing. Raises NotOpenForThis, FileRefused."""
    attachment = next((a for a in later_slots(application) if a.id == slot), None)
    if attachment is None:
        raise NotOpenForThis
    kept = file_keep(source=source, name=name, size=size, owner=f"case:{application.id}", allowed=attachment.kinds)
    failpoints.hit("intake.document.before_commit")
    with transaction.atomic(durable=True):
        row = Application.objects.select_for_update().get(id=application.id)
        if row.status not in OPEN_FOR_DOCUMENTS:
            raise NotOpenForThis
        row.files = row.files | {slot: [*row.files.get(slot, []), _entry(kept)]}
        row.view = row.view | {"timeline": [*row.view["timeline"],
                                            {"at": clock.now().isoformat()} | keepable(say("「{name}」を追加しました", name=attachment.name))]}
        row.save(update_fields=["files", "view"])
        audit.record(actor, "document.added", chain=f"case:{row.id}", facts={"slot": slot, "sha256": kept.sha256} | acting.hand(row, actor))
        outbox.publish(DOCUMENTS_ADDED, case_ref=str(row.id), key=f"document:{kept.id}", payload={"application": str(row.id)})


@transaction.atomic(durable=True)
def withdrawal_ask(*, application: Application, actor: str) -> None:
    """Ask to withdraw (取下げ); casework decides under its lock. A re-examination that the person asked for is not the agent's to end.
    Raises NotOpenForThis."""
    row = Application.objects.select_for_update().get(id=application.id)
    agent = acting.by_agent(row, actor)
    if not may_withdraw(row.status, row.view) or (agent and row.view.get("decision")):
        raise NotOpenForThis
    before = row.view.get("withdrawals", 0)  # wishes that were refused, or ended a re-examination
    row.view = row.view | {"withdrawal": "asked", "withdrawals": before + 1, "timeline": [
        *row.view["timeline"], {"at": clock.now().isoformat()} | keepable(
            say("取下げを申し出ました（代理：{name}）", name=agent) if agent else say("取下げを申し出ました"))]}
    row.save(update_fields=["view"])
    audit.record(actor, "withdrawal.asked", chain=f"case:{row.id}", facts=acting.hand(row, actor))
    outbox.publish(WITHDRAWAL_ASKED, case_ref=str(row.id), key=f"withdraw:{row.id}" + (f":{before}" if before else ""),
                   payload={"application": str(row.id)})


def progress_apply(message: outbox.Envelope) -> None:
    """Handler: what the case says becomes the applicant's view. The confidential part is JSON:
    {status, ja, correction?, documents?, decision?, withdrawal?, reopened?, appointment?, visited?, second?, declined?, talk?, notify?}. The
    same message again changes nothing."""
    said: dict[str, Any] = json.loads(message.opened)
    with transaction.atomic():
        row = Application.objects.select_for_update().filter(id=message.payload["application"]).first()
        if row is None:
            raise outbox.Refused("application gone")
        seen = row.view.get("seen", [])
        if message.key in seen:
            return
        view, kind = row.view | {"seen": [*seen[-49:], message.key]}, _kind_of(said, row.view)
        view["timeline"] = [*view["timeline"], {key: said[key] for key in ("at", "ja", "as", "args") if key in said}]
        for key in ("correction", "decision", "withdrawal", "reopened", "appointment", "visited", "second", "declined"):
            if key in said:
                view[key] = said[key]
        if said["status"] not in ("correction", ""):  # an empty one leaves everything as it stands
            view.pop("correction", None)
        if "decision" in said:
            view.pop("second", None)  # a newer decision may be doubted anew
            view.pop("declined", None)
        if "talk" in said:
            TalkLine.objects.get_or_create(id=said["talk"]["id"], defaults={
                "application": row, "mine": False, "text": said["talk"]["text"], "at": dt.datetime.fromisoformat(said["talk"]["at"])})
        if "documents" in said:
            known = {doc["id"]: doc for doc in view.get("documents", [])}
            view["documents"] = list((known | {doc["id"]: doc for doc in said["documents"]}).values())
        row.status, row.view = said["status"] if said["status"] in STATUS_WORDS else row.status, view
        if row.status != "correction":
            row.files = unsent.dropped(row.files)  # the question is over: what was put in for its answer and never sent is nobody's
        row.save(update_fields=["status", "view", "files"])
        if said.get("notify") and row.sealed_mail and (acting.tells(row) or ("correction" in said and acting.answers(row))):
            _notify(row, message.key, *kind)


def _kind_of(said: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[str, dt.date | None]:
    """What kind of news the case tells somebody whose view was ``before``, and the day that matters: the last one to answer, the one of an
    appointment, also of one that is called off."""
    if "correction" in said:
        return mails.CORRECTION, dt.date.fromisoformat(said["correction"]["due"])
    if said.get("appointment"):
        return mails.APPOINTMENT, _day(said["appointment"])
    if said["status"] == "under_review" and said.get("appointment") == "" and before.get("appointment"):
        return mails.CALLED_OFF, _day(before["appointment"])
    kinds = (("decision", mails.DECIDED), ("talk", mails.TALK), ("withdrawal", mails.WITHDRAWAL), ("declined", mails.ANSWER))
    return next((kind for key, kind in kinds if said.get(key)), ""), None


def _day(moment: str) -> dt.date:
    return dt.datetime.fromisoformat(moment).astimezone(clock.JST).date()


def _notify(row: Application, key: str, kind: str = "", day: dt.date | None = None) -> None:
    """Promise the mail that names no procedure: mailboxes are shared in families."""
    to = keys.unseal("mail-address", row.sealed_mail or b"", bound_to=row.receipt).decode()
    subject, body = mails.news(row.language, row.receipt, str(row.id), guest=bool(row.code_digest), kind=kind, day=day)
    mail_promise(key=f"progress:{key}", case_ref=str(row.id), to=to, subject=subject, body=body)


def filed_handler(message: outbox.Envelope) -> None:
    """Handler: the mail that confirms the receipt."""
    row = Application.objects.filter(id=message.payload["application"]).first()
    if row is None or not row.sealed_mail:
        return
    to = keys.unseal("mail-address", row.sealed_mail, bound_to=row.receipt).decode()
    subject, body = mails.filed(row.language, row.receipt, str(row.id), bool(row.code_digest), not acting.follows(row))
    with transaction.atomic():
        mail_promise(key=f"filed:{row.id}", case_ref=str(row.id), to=to, subject=subject, body=body)
