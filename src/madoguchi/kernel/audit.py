"""The audit chain: every act is an entry that carries the hash of the one before it (DESIGN, The kernel).

One chain per case (``case:<id>``) and one per section for reads (``reads:<section>``). The worker seals the heads of
all chains that moved into a global chain, whose newest link is written to an anchor outside the database.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from . import clock, keys
from .canon import canonical, keyed_digest, sha256
from .fixed import FixedInsert
from .models import AuditEntry, AuditKey, AuditSeal

GENESIS = "0" * 64
INSERT, INSERT_KEY = FixedInsert(AuditEntry), FixedInsert(AuditKey)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something `verify` found: which chain, which entry, and what is wrong in Japanese."""

    chain: str
    seq: int
    ja: str


def _hash(entry: AuditEntry) -> str:
    return sha256(
        canonical(
            [entry.chain, entry.seq, entry.at.astimezone(clock.JST).isoformat(), entry.actor, entry.action, entry.facts,
             entry.digest, entry.prev]
        )
    )


def _chain_lock(chain: str) -> None:
    """Serialise writers of one chain until commit. SQLite writes are serial already (BEGIN IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{chain}"])


def _key(chain: str, *, new: bool) -> bytes:
    if not new:
        row = AuditKey.objects.filter(chain=chain).first()
        if row:
            return keys.unseal("audit", row.sealed, bound_to=chain)
    key = secrets.token_bytes(32)
    INSERT_KEY(AuditKey(chain=chain, sealed=keys.seal("audit", key, bound_to=chain)))
    return key


def record(
    actor: str, action: str, *, chain: str, facts: dict[str, Any] | None = None, of: Any = None, first: bool = False
) -> AuditEntry:
    """Append an act inside the caller's transaction.

    ``facts`` is readable for ever and holds no personal data; ``of`` (before/after, answers) enters only as an HMAC
    under the chain's key. ``first=True`` promises that the chain is new and saves two look-ups.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record needs the caller's transaction")
    last = None
    if not first:
        _chain_lock(chain)
        last = AuditEntry.objects.filter(chain=chain).order_by("-seq").only("seq", "hash").first()
    digest = keyed_digest(_key(chain, new=last is None), canonical(of)) if of is not None else ""
    entry = AuditEntry(
        chain=chain, seq=last.seq + 1 if last else 1, at=clock.now(), actor=actor, action=action, facts=facts or {},
        digest=digest, prev=last.hash if last else GENESIS,
    )
    entry.hash = _hash(entry)
    return INSERT(entry)


def chain_keys(chains: Iterable[str]) -> dict[str, bytes | None]:
    """The HMAC keys of chains, in one query; None for one that does not open with the ring. Chains without a key are not in it."""
    found: dict[str, bytes | None] = {}
    for row in AuditKey.objects.filter(chain__in=list(chains)):
        try:
            found[row.chain] = keys.unseal("audit", row.sealed, bound_to=row.chain)
        except (InvalidTag, keys.KeysMissing):
            found[row.chain] = None
    return found


def key_destroy(chain: str) -> None:
    """Destroy the HMAC key of a chain, in the caller's transaction: the chain stays, what it digested can not be guessed."""
    AuditKey.objects.filter(chain=chain).delete()


def _seal_hash(seal: AuditSeal) -> str:
    return sha256(canonical([seal.seq, seal.at.astimezone(clock.JST).isoformat(), seal.heads, seal.prev]))


@transaction.atomic
def seal(*, limit: int = 5000) -> AuditSeal | None:
    """Seal the heads of the chains that moved since the last seal. Returns None when nothing moved."""
    _chain_lock("seal")
    moved = list(AuditEntry.objects.filter(sealed_in=None).order_by("id")[:limit])
    if not moved:
        return None
    heads: dict[str, list[Any]] = {}
    for entry in moved:
        if entry.seq > heads.get(entry.chain, [0])[0]:
            heads[entry.chain] = [entry.seq, entry.hash]
    last = AuditSeal.objects.order_by("-seq").first()
    new = AuditSeal(seq=last.seq + 1 if last else 1, at=clock.now(), heads=heads, prev=last.hash if last else GENESIS)
    new.hash = _seal_hash(new)
    new.save(force_insert=True)
    AuditEntry.objects.filter(id__in=[entry.id for entry in moved]).update(sealed_in=new)
    return new


def last_seal() -> tuple[int, dt.datetime] | None:
    """Number and time of the newest seal."""
    return AuditSeal.objects.order_by("-seq").values_list("seq", "at").first()


def seal_after(seq: int) -> dt.datetime | None:
    """When the first seal with a higher number was made; None when there is none."""
    return AuditSeal.objects.filter(seq__gt=seq).order_by("seq").values_list("at", flat=True).first()


def unsealed_age() -> float:
    """Seconds since the oldest entry that no seal covers yet was written; 0 when there is none."""
    at = AuditEntry.objects.filter(sealed_in=None).order_by("id").values_list("at", flat=True).first()
    return (clock.now() - at).total_seconds() if at else 0.0


def _verify_chains(heads: dict[str, tuple[int, str]]) -> Iterator[Fault]:
    chain, seq, prev, seen = "", 0, GENESIS, {}
    for entry in AuditEntry.objects.order_by("chain", "seq").iterator(chunk_size=2000):
        if entry.chain != chain:
            chain, seq, prev = entry.chain, 0, GENESIS
        if entry.seq != seq + 1:
            last = "" if entry.seq - 1 <= seq + 1 else f"から{entry.seq - 1}番目まで"
            yield Fault(chain, seq + 1, f"{seq + 1}番目{last}の記録が消されています")
        elif entry.prev != prev:
            yield Fault(chain, entry.seq, "前の記録とつながっていません(差し替え・並べ替えの疑い)")
        if _hash(entry) != entry.hash:
            yield Fault(chain, entry.seq, "記録の内容が書き換えられています")
        seq, prev = entry.seq, entry.hash
        head = heads.get(chain)
        if head and head[0] == seq and head[1] != entry.hash:
            yield Fault(chain, seq, "封印した時の記録と違います")
        seen[chain] = seq
    for name, (length, _) in heads.items():
        if seen.get(name, 0) < length:
            yield Fault(name, seen.get(name, 0) + 1, f"末尾が切り取られています(封印時は{length}件)")


def verify(anchors: list[tuple[int, str]] | None = None) -> list[Fault]:
    """Check every chain, the seals over them and the anchors kept outside. An empty list means nothing was changed.

    ``anchors`` are (seal number, hash) pairs from outside the database. An entry newer than the last seal is only
    protected from the next seal on (a minute).
    """
    faults: list[Fault] = []
    heads: dict[str, tuple[int, str]] = {}
    prev, seq, hashes = GENESIS, 0, {}
    for row in AuditSeal.objects.order_by("seq").iterator(chunk_size=500):
        if row.seq != seq + 1 or row.prev != prev:
            faults.append(Fault("seal", row.seq, "封印の列がつながっていません"))
        if _seal_hash(row) != row.hash:
            faults.append(Fault("seal", row.seq, "封印の内容が書き換えられています"))
        seq, prev = row.seq, row.hash
        hashes[row.seq] = row.hash
        for chain, (length, head) in row.heads.items():
            heads[chain] = (length, head)
    for number, value in anchors or []:
        if hashes.get(number) != value:
            faults.append(Fault("seal", number, "外に控えた封印と一致しません(切り取り・差し替えの疑い)"))
    faults.extend(_verify_chains(heads))
    return faults
