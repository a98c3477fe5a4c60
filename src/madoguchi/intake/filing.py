"""Filing: one transaction from draft to application (DESIGN, Flow)."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from madoguchi.identity.errors import SignatureRefused
from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, keys, metrics, outbox, sealed
from madoguchi.kernel.canon import keyed_digest
from madoguchi.kernel.filed import filing_digest
from madoguchi.kernel.fixed import FixedInsert
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures

from . import acting, cardholder, companies, disaster_gate, numbers, paper_gate, paying, support
from .drafts import WRITE, facts, key_of, published_of
from .errors import AlreadyFiled, AnswersWrong, DraftNotFound, NotOpenForThis, OnlineFilingStopped
from .events import APPLICATION_FILED
from .models import Application, Draft
from .rules import receipt_new

INSERT = FixedInsert(Application)
SIGNED_IN = ("r:", "b:")  # owners who come back by their sign-in: no access code
SCANS = "scans"  # among the files of an application: the pictures of the paper that it came on


@dataclass(frozen=True, slots=True)
class Filed:
    """The result: the application, and the access code of a guest (shown once)."""

    application: Application
    code: str


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What came on paper: who typed it off, when it was received (収受), and the pictures of its sheets as files are kept."""

    actor: str
    received: dt.datetime
    scans: tuple[dict[str, Any], ...]

    def facts_of(self, draft: Draft) -> dict[str, Any]:
        """For the chain, as of a help: the day of receipt and what the pictures hash to."""
        return {"received": str(self.received.astimezone(clock.JST).date()), "scans": [f["sha256"] for f in self.scans]}


def code_new() -> str:
    """An access code: eight random digits."""
    return f"{secrets.randbelow(10**8):08d}"


def code_digest(receipt: str, code: str) -> str:
    """What is stored of an access code."""
    return keyed_digest(keys.subkey("guest-code"), f"{receipt}:{code}".encode())


def digest_of(draft: Draft) -> str:
    """What would be filed (and is signed) right now."""
    published = published_of(draft)
    verdict = procedures.judge(published.definition, facts(draft.answers))
    return filing_digest(draft.slug, published.checksum, verdict.answers, asked_files(verdict, draft))


def asked_files(verdict: procedures.Verdict, draft: Draft) -> dict[str, Any]:
    """The files that belong to the filing: an answer changed later may have made a slot go away."""
    asked = {a.id for a in verdict.attachments}
    return {slot: entries for slot, entries in draft.files.items() if slot in asked and entries}


@dataclass(frozen=True, slots=True)
class Signing:
    """A digest, and the signature over it that a signer has made and verified (``stored``: what is kept of it)."""

    digest: str
    stored: dict[str, Any]


def refuse_another_signature(digest: str, signature: Signing | None) -> None:
    """The signature must cover what is stored: between signing and filing another window may have saved the draft."""
    if signature is not None and signature.digest != digest:
        raise SignatureRefused(say("署名のあとで内容が変わったため、送信していません。内容を確認して、もう一度送信してください。"))


def application_submit(
    *, owner: Owner, draft_id: str, mail: str = "", signature: Signing | None = None, language: str = "ja", seen: Draft | None = None,
    paper: OnPaper | None = None,
) -> Filed:
    """File a draft. A second call for the same draft returns the same application (a double click files once). ``seen`` is the
    draft as the caller has just read it; ``paper`` what it was typed off.

    Raises AnswersWrong, NotFound, SignatureRefused; NotOpenForThis when the version no longer accepts (migrate first).
    """
    for _ in range(5):
        try:
            return _submit(owner, draft_id, mail, signature, language, seen, paper)
        except IntegrityError:
            seen = None  # the random receipt number was taken, or the twin of a double click was faster
    raise AlreadyFiled


def _close(owner: Owner, draft_id: str, seen: Draft | None) -> Draft:
    """The draft as it was until this transaction closed it; one that was filed before is as it is. What the caller has seen is
    closed by the condition that nobody has written since (docs/adr/0004), and need not be read again."""
    nothing = {"state": "filed", "answers": {}, "card": {}, "shared": {}, "files": {}, "updated_at": clock.now()}
    if seen is not None and seen.owner in owner.keys and WRITE(nothing, [key_of(seen), seen.revision]):
        return seen
    draft = Draft.objects.select_for_update().filter(id=draft_id, owner__in=owner.keys).first()
    if draft is None:
        raise DraftNotFound
    WRITE(nothing, [key_of(draft), draft.revision])
    return draft


def _filed(row: Application) -> dict[str, Any]:
    """What the record of a filing says for ever."""
    return {"receipt": row.receipt, "procedure": row.slug, "version": row.version, "definition": row.checksum, "digest": row.digest,
            "channel": row.channel, "filed_at": row.filed_at.astimezone(clock.JST).isoformat()}


@transaction.atomic(durable=True)
def _submit(
    owner: Owner, draft_id: str, mail: str, signature: Signing | None, language: str, seen: Draft | None, paper: OnPaper | None
) -> Filed:
    draft = _close(owner, draft_id, seen)
    if draft.state == "filed":
        return Filed(Application.objects.get(draft=draft), "")
    if paper is None and not procedures.accepts(draft.slug, draft.version):  # an old form on paper is an application all the same
        raise NotOpenForThis(say("この手続きの様式が新しくなりました。変わったところだけ、もう一度確認してください。"))
    published, now = published_of(draft), paper.received if paper else clock.now()
    mandate = acting.mandate_of(owner, draft, lock=True)
    verdict = numbers.judge(published.definition, facts(draft.answers, now.date()), None if paper else acting.counts(published.definition, draft))
    organisation = companies.organisation_of(owner, draft, lock=True)
    d = published.definition
    found = verdict.faults + disaster_gate.closed(d, verdict.answers, now.date()) + paper_gate.closed(d, verdict.answers)
    if found := found or companies.acting_faults(owner, d, verdict.answers, mandate, organisation):
        raise AnswersWrong(found)
    files = asked_files(verdict, draft) | ({SCANS: list(paper.scans)} if paper else {})
    receipt, code = receipt_new(now.date()), "" if paper or draft.owner.startswith(SIGNED_IN) else code_new()
    application = Application(
        receipt=receipt, draft=draft, owner=draft.owner, slug=draft.slug, version=draft.version,
        checksum=published.checksum, channel=draft.channel, support=support.record(draft), filed_at=now, answers=verdict.answers, files=files,
        notices=[n.kept() for n in verdict.notices],
        digest=filing_digest(draft.slug, published.checksum, verdict.answers, files), signature=signature.stored if signature else None,
        language=language, sealed_card=cardholder.sealed_of(draft, receipt), code_digest=code_digest(receipt, code) if code else "",
        principal=mandate.principal if mandate else "", acting=companies.acting_words(owner, draft, mandate) or {},
        view={"timeline": [{"at": now.isoformat(), "ja": say("お手続きを受け付けました")}],
              **({"bundle": str(draft.bundle)} if draft.bundle else {})},
    )
    unsigned = published.definition.level == "署名用" and draft.channel in ("online", "counter") and signature is None
    if unsigned and not (owner.business_id and settings.GBIZ_UNSIGNED) and not (support.in_person(draft) and settings.COUNTER_UNSIGNED):
        raise OnlineFilingStopped
    refuse_another_signature(application.digest, signature)
    if mail:
        application.sealed_mail = keys.seal("mail-address", mail.encode(), bound_to=receipt)
    bill, waits = paying.fee_due(application, published.definition)
    failpoints.hit("intake.submit.before_write")
    INSERT(application)
    case_ref = str(application.id)
    audit.record(
        paper.actor if paper else owner.actor, "application.filed", chain=f"case:{case_ref}", first=True,
        facts=_filed(application) | companies.facts_of(mandate, organisation) | (paper or support).facts_of(draft), of=verdict.answers,
    )
    if bill is not None:
        paying.fee_ask(application, published.definition, bill, paper.actor if paper else owner.actor)
    if not waits:
        outbox.publish(APPLICATION_FILED, case_ref=case_ref, key=f"filed:{case_ref}", payload={"application": case_ref})
    sealed.wipe(sealed.tokens_in(draft.answers) - sealed.tokens_in(verdict.answers))
    transaction.on_commit(lambda: metrics.count("filings", procedure=draft.slug))
    failpoints.hit("intake.submit.before_commit")
    return Filed(application, code)
