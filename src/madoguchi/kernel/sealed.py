"""Values that must never lie in the open: the filing holds a token, the ciphertext lies here (DESIGN, The kernel)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from . import clock, keys
from .canon import keyed_digest
from .errors import NotFound
from .fixed import FixedInsert
from .models import SealedValue

PREFIX = "sv_"
INSERT = FixedInsert(SealedValue)


def is_token(value: object) -> bool:
    """True for a token that `put` gave out."""
    return isinstance(value, str) and value.startswith(PREFIX) and len(value) == 27


def tokens_in(value: Any) -> set[str]:
    """Every token in answers, however deep."""
    return set(_tokens(value))


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _tokens(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tokens(part)
    elif is_token(value):
        yield value


def put(kind: str, value: str) -> str:
    """Encrypt a value and return its token. ``kind`` separates the search keys of different sorts of numbers."""
    token = PREFIX + secrets.token_hex(12)
    name, key = next(iter(keys.search_keys().items()))
    INSERT(SealedValue(
        token=token, kind=kind, sealed=keys.seal("sealed", value.encode(), bound_to=token),
        search=search_digest(key, kind, value), search_key=name, created_at=clock.now(),
    ))
    return token


def get(token: str) -> str:
    """Decrypt. The caller authorises and records the view. Raises NotFound when wiped."""
    row = SealedValue.objects.filter(token=token).first()
    if row is None:
        raise NotFound("この番号はすでに消去されています。")
    return keys.unseal("sealed", row.sealed, bound_to=token).decode()


def alike(tokens: Iterable[str]) -> list[set[str]]:
    """Which of these tokens stand for one and the same value: sets of two or more. No value leaves this function, and none is
    decrypted unless a rotation has left the search digests under two keys. What was wiped is like nothing."""
    rows = list(SealedValue.objects.filter(token__in=set(tokens)))
    one_key = len({(row.kind, row.search_key) for row in rows}) < 2
    found: dict[object, set[str]] = {}
    for row in rows:
        value = row.search if one_key else (row.kind, keys.unseal("sealed", row.sealed, bound_to=row.token))
        found.setdefault(value, set()).add(row.token)
    return [same for same in found.values() if len(same) > 1]


def holds(token: str, kind: str, value: str) -> bool:
    """Does a token stand for this value? Told by the search digest: nothing is decrypted."""
    digests = [search_digest(key, kind, value) for key in keys.search_keys().values()]
    return SealedValue.objects.filter(token=token, kind=kind, search__in=digests).exists()


def same(one: str, other: str) -> bool:
    """Do two tokens stand for the same value?"""
    return one == other or bool(alike([one, other]))


def wipe(tokens: Iterable[str]) -> int:
    """Destroy values for good, in the caller's transaction. Returns how many there were."""
    wanted = list(tokens)
    return SealedValue.objects.filter(token__in=wanted).delete()[0] if wanted else 0


def find(kind: str, value: str) -> list[str]:
    """The tokens of an exact value, found without decrypting any: under every search key, for a rotation may be under way.
    The caller authorises and records the search."""
    wanted = Q()
    for name, key in keys.search_keys().items():
        wanted |= Q(search=search_digest(key, kind, value), search_key=name)
    return list(SealedValue.objects.filter(wanted, kind=kind).order_by("created_at", "token").values_list("token", flat=True))


def search_digest(key: bytes, kind: str, value: str) -> str:
    """The keyed digest that stands beside the ciphertext."""
    return keyed_digest(key, f"{kind}:{value}".encode())
