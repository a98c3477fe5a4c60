"""Writers of the API: tokens, idempotency keys, the record of reads."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.ports import Program
from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import sha256

from .errors import KeyUsedElsewhere, NotSignedIn, ScopeMissing
from .models import ApiToken, SubmitKey

SCOPES = {"cases:read": "申請の一覧と段階(個人の情報なし)", "cases:personal": "申請の内容(氏名・住所など。個人番号は含みません)"}
PREFIX, DAYS = "mado_", 365
KEY_DAYS = 7  # a program tries again for hours, a laptop sends its page again after a weekend; a draft files once in any case


@transaction.atomic
def token_make(*, actor: str, name: str, section: str, scopes: list[str], days: int = DAYS) -> tuple[ApiToken, str]:
    """A new token. Its text is given out here and nowhere else."""
    text = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    row = ApiToken.objects.create(name=name, section=section, scopes=sorted(scopes), digest=sha256(text.encode()), made_at=now,
                                  ends_at=now + dt.timedelta(days=days))
    audit.record(actor, "token.made", chain="tokens", facts={"token": str(row.id), "section": section, "scopes": row.scopes, "days": days})
    return row, text


@transaction.atomic
def token_revoke(*, actor: str, token_id: str) -> bool:
    """End a token now. False when there is none to end."""
    done = bool(ApiToken.objects.filter(id=token_id, revoked_at=None).update(revoked_at=clock.now()))
    if done:
        audit.record(actor, "token.revoked", chain="tokens", facts={"token": token_id})
    return done


def state_of(row: ApiToken) -> str:
    """How a token stands."""
    return "停止" if row.revoked_at else "期限切れ" if row.ends_at <= clock.now() else "有効"


def programs() -> list[Program]:
    """Every token for 権限の一覧, those that work first."""
    rows = [Program(f"token:{row.id}", row.name, row.section, tuple(SCOPES.get(scope, scope) for scope in row.scopes),
                    row.made_at.astimezone(clock.JST).date(), row.ends_at.astimezone(clock.JST).date(), state_of(row))
            for row in ApiToken.objects.order_by("-made_at")]
    return sorted(rows, key=lambda p: p.state != "有効")


def token_read(text: str) -> ApiToken:
    """The token with this text. Raises NotSignedIn."""
    row = ApiToken.objects.filter(digest=sha256(text.encode("utf-8", "replace")), revoked_at=None, ends_at__gt=clock.now()).first()
    if row is None:
        raise NotSignedIn
    return row


def scope_insist(token: ApiToken, scope: str) -> None:
    """Raises ScopeMissing."""
    if scope not in token.scopes:
        raise ScopeMissing


@transaction.atomic
def read_record(*, token: ApiToken, what: str, facts: dict[str, object]) -> None:
    """Every read by a token stands in the chain of the section's reads."""
    audit.record(f"token:{token.id}", what, chain=f"reads:{token.section}", facts=facts)


@transaction.atomic
def submit_key_use(*, owner: str, key: str, draft_id: str) -> None:
    """Bind a key to a draft. Raises KeyUsedElsewhere when it is bound to another."""
    row, _ = SubmitKey.objects.get_or_create(owner=owner, key=key, defaults={"draft": draft_id, "at": clock.now()})
    if str(row.draft) != draft_id:
        raise KeyUsedElsewhere


def submit_keys_over() -> QuerySet[SubmitKey]:
    """The keys with which nothing can come again."""
    return SubmitKey.objects.filter(at__lt=clock.now() - dt.timedelta(days=KEY_DAYS))


def submit_keys_sweep() -> int:
    """Forget them. Returns how many."""
    return submit_keys_over().delete()[0]
