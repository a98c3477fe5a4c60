"""Reading an ID token (OpenID Connect Core 1.0 §3.1.3.7). Pure: the key is looked up by a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError

from .metadata import ALG, Key

SKEW_SECONDS = 30


class TokenWrong(Exception):
    """The token can not be believed. The message says which check failed and holds nothing out of the token."""


def id_token_read(
    token: str, *, issuer: str, client_id: str, nonce: str, access_token: str, acr: tuple[str, ...], now: int,
    key_for: Callable[[str | None], Key | None], alg: str = ALG,
) -> str:
    """Check everything and return the subject. Raises TokenWrong."""
    claims = CodeIDToken(
        *_opened(token, key_for, alg),
        {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
        {"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    try:
        claims.validate(now=now, leeway=SKEW_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenWrong(_reason(error)) from None
    subject = claims["sub"]
    if claims["aud"] not in (client_id, [client_id]):
        raise TokenWrong("aud")  # §3.1.3.7 (3): no audience beside us is trusted
    if "at_hash" in claims and not claims["at_hash"]:
        raise TokenWrong("at_hash")  # the library skips an empty one
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isascii():
        raise TokenWrong("sub")
    if acr and claims.get("acr") not in acr:
        raise TokenWrong("acr")
    return subject


def _opened(token: str, key_for: Callable[[str | None], Key | None], alg: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims and header of a token whose signature verifies. ``alg`` is pinned: the token's header never chooses (RFC 8725 §3.1)."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError):
        raise TokenWrong("malformed") from None
    if header.get("alg") != alg:
        raise TokenWrong("alg")
    kid = header.get("kid")
    key = key_for(kid if isinstance(kid, str) else None)
    if key is None:
        raise TokenWrong("unknown_key")
    try:
        opened = jwt.decode(token, key, algorithms=[alg])
    except (JoseError, ValueError, TypeError) as error:
        raise TokenWrong(_reason(error)) from None
    return dict(opened.claims), dict(opened.header)


def _reason(error: Exception) -> str:
    """The library's code for what failed (bad_signature, expired_token, invalid_claim) and the claim's name."""
    claim = getattr(error, "claim", "")
    return f"{getattr(error, 'error', type(error).__name__)} {claim}".strip()
