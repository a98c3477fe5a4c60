"""Signing what is filed, where the definition asks for 署名用 (identity.ports.Signer)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from madoguchi.identity.public import Owner, person_of, signer
from madoguchi.kernel.filed import filing_digest
from madoguchi.kernel.models import AuditEntry
from madoguchi.kernel.said import say
from madoguchi.procedures.public import Definition

from .errors import OnlineFilingStopped
from .filing import Signing, digest_of
from .models import Application, Draft, Revision

LEVEL = "署名用"


def refuse_if_unsignable(d: Definition, owner: Owner | None = None) -> None:
    """Raises OnlineFilingStopped when a signature is needed and no proven signer is set (production). A company proves itself
    by GビズID and signs nothing, where the city takes that (docs/adr/0029)."""
    if d.level != LEVEL:
        return
    if owner and owner.business_id:
        if not settings.GBIZ_UNSIGNED:
            raise OnlineFilingStopped(say("この手続きは電子署名が必要なため、GビズIDではまだ提出できません。担当課の窓口か郵送でお手続きください。"))
    elif signer() is None:
        raise OnlineFilingStopped


def words(d: Definition, owner: Owner | None = None) -> str:
    """What the check page says about the signature."""
    if d.level != LEVEL or (owner and owner.business_id):
        return ""
    return say("送信すると、マイナンバーカードの署名用電子証明書で、この内容に電子署名をします。")


def sign_if_needed(d: Definition, draft: Draft, owner: Owner) -> Signing | None:
    """Sign the digest of what would be filed. The port answers only with what it verified, so that nothing is stored
    that does not verify."""
    if d.level != LEVEL or owner.business_id:
        return None
    engine, person = signer(), person_of(owner)
    if engine is None or person is None:
        raise OnlineFilingStopped
    digest = digest_of(draft)
    return Signing(digest, engine.sign(digest=digest, person=person))


def sign_again(row: Application, owner: Owner | None) -> dict[str, Any] | None:
    """Sign what an application was corrected to (``row.digest``), where the filing itself was signed. Raises OnlineFilingStopped,
    SignatureRefused."""
    if row.signature is None:
        return None
    engine, person = signer(), person_of(owner) if owner else None
    if engine is None or person is None:
        raise OnlineFilingStopped(say("この手続きは電子署名をつけて送られたものです。直した内容にも電子署名が要ります。"
                                      "マイナンバーカードでログインし直してから送るか、担当課の窓口か郵送でお出しください。"))
    return engine.sign(digest=row.digest, person=person)


def signed_applications(wanted: str = "") -> Iterator[Application]:
    """Applications with a signature, oldest first; or the one of that receipt number or id, signed or not."""
    one = {"receipt": wanted} if wanted.startswith("R") else {"id": wanted}
    rows = Application.objects.filter(**one) if wanted else Application.objects.exclude(signature=None)
    return rows.order_by("filed_at", "id").iterator(chunk_size=200)


def stored_faults(row: Application) -> list[str]:
    """What is wrong with a filed application and its signature, in words for people; empty when nothing is.

    The filing's signature covers what was filed first: a correction changes answers and digest afterwards, the first answers lie
    in revision 1, and files that a correction added are marked. Each correction that the applicant sent has a signature of its own.
    """
    revisions = list(Revision.objects.filter(application=row).order_by("number"))
    ends = [None, *(r.replaced_at for r in revisions)]  # until when the files of each came
    states: list[Any] = [*revisions, row]
    digests = [filing_digest(row.slug, row.checksum, s.answers, _added_until(s.files, end)) for s, end in zip(states, ends, strict=True)]
    faults = []
    if digests[-1] != row.digest:
        faults.append("保存されている申請の内容が、記録された要約値と違います")
    if not row.signature:
        faults.append("電子署名がありません")
    signatures = [row.signature, *(r.signature for r in revisions[1:]), *([row.signed_again] if revisions else [])]
    told = AuditEntry.objects.filter(chain=f"case:{row.id}", action="correction.answered", facts__signed=True)
    again = {facts["revision"] for facts in told.values_list("facts", flat=True)} if revisions else set()
    for number, (digest, signature) in enumerate(zip(digests, signatures, strict=True), 1):
        after = "" if number == 1 else f"({number - 1}回目の補正)"
        if signature is None:
            faults += [f"電子署名がありません{after}"] if number in again else []
        elif (engine := signer(str(signature.get("signer")))) is None:
            faults.append(f"この電子署名を検証する設定がありません{after}。MADOGUCHI_SIGNER を確認してください")
        else:
            faults += [f"{fault}{after}" for fault in engine.verify(digest=digest, signature=signature)]
    return faults


def _added_until(files: dict[str, Any], last: dt.datetime | None) -> dict[str, Any]:
    """The files that were there then: those of the filing, and those added by corrections that were answered."""
    def there(entry: dict[str, Any]) -> bool:
        return "added" not in entry or (last is not None and dt.datetime.fromisoformat(entry["added"]) <= last)

    return {slot: [entry for entry in entries if there(entry)] for slot, entries in files.items()}
