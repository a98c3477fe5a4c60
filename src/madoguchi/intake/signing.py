"""Signing what is filed, where the definition asks for 署名用 (identity.ports.Signer)."""

from __future__ import annotations

from typing import Any

from madoguchi.identity.public import Owner, person_of, signer
from madoguchi.procedures.public import Definition

from .errors import OnlineFilingStopped
from .filing import digest_of
from .models import Draft

LEVEL = "署名用"


def refuse_if_unsignable(d: Definition) -> None:
    """Raises OnlineFilingStopped when a signature is needed and no proven signer is set (production)."""
    if d.level == LEVEL and signer() is None:
        raise OnlineFilingStopped


def words(d: Definition) -> str:
    """What the check page says about the signature."""
    if d.level != LEVEL:
        return ""
    return "送信すると、マイナンバーカードの署名用電子証明書で、この内容に電子署名をします。"


def sign_if_needed(d: Definition, draft: Draft, owner: Owner) -> dict[str, Any] | None:
    """Sign the digest of what would be filed and verify the signature before it is stored."""
    if d.level != LEVEL:
        return None
    engine, person = signer(), person_of(owner)
    if engine is None or person is None:
        raise OnlineFilingStopped
    return engine.sign(digest=digest_of(draft), person=person)
