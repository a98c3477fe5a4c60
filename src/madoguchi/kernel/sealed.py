"""Values that must never lie in the open: the filing holds a token, the ciphertext lies here (DESIGN, The kernel)."""

from __future__ import annotations

import secrets

from . import clock, keys
from .canon import keyed_digest
from .errors import NotFound
from .models import SealedValue

PREFIX = "sv_"


def is_token(value: object) -> bool:
    """True for a token that `put` gave out."""
    return isinstance(value, str) and value.startswith(PREFIX) and len(value) == 27


def put(kind: str, value: str) -> str:
    """Encrypt a value and return its token. ``kind`` separates the search keys of different sorts of numbers."""
    token = PREFIX + secrets.token_hex(12)
    SealedValue.objects.create(
        token=token, kind=kind, sealed=keys.seal("sealed", value.encode(), bound_to=token),
        search=search_digest(kind, value), created_at=clock.now(),
    )
    return token


def get(token: str) -> str:
    """Decrypt. The caller authorises and records the view. Raises NotFound when wiped."""
    row = SealedValue.objects.filter(token=token).first()
    if row is None:
        raise NotFound("この番号はすでに消去されています。")
    return keys.unseal("sealed", row.sealed, bound_to=token).decode()


def search_digest(kind: str, value: str) -> str:
    """The keyed digest by which an exact value can be found without decrypting any."""
    return keyed_digest(keys.subkey("sealed-search"), f"{kind}:{value}".encode())
