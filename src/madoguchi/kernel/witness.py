"""What the record says happened must still be there (`madoguchi audit verify`), unless retention says that it destroyed it.

The chain proves that no entry is missing; the rows that the entries speak of are looked up by witnesses, one per room,
registered by config.wiring. A witness gets chains in batches and names what is gone, and what is not as an act digested it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from . import sealed
from .audit import Fault, chain_keys
from .canon import canonical, keyed_digest
from .models import AuditEntry, SealedValue

DESTROYED = "case.destroyed"  # by casework, at the end of the term of keeping
BATCH = 200
CASE = re.compile(r"case:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # other chains belong to no row


@dataclass(frozen=True, slots=True)
class Act:
    """One entry as witnesses read it."""

    seq: int
    at: Any
    action: str
    facts: dict[str, Any]
    digest: bool
    actor: str = ""
    keyed: str = ""  # the digest itself


Chains = Mapping[str, list[Act]]  # case id (of other chains: their name) → its acts in order
Witness = Callable[[Chains], Iterator[Fault]]
_witnesses: dict[str, Witness] = {}
_books: dict[str, Witness] = {}  # by the beginning of a chain's name: records of no case (``till:``, ``collection``)


def register(name: str, witness: Witness) -> None:
    """Make a witness known. Called by the composition root only (config.wiring)."""
    _witnesses[name] = witness


def register_books(prefix: str, witness: Witness) -> None:
    """Make a witness of chains that belong to no case known. Called by the composition root only (config.wiring)."""
    _books[prefix] = witness


def acts_of(chain: str) -> Chains:
    """What one chain that belongs to no case says, for a room that looks at its own books."""
    return dict(_chains(iter([chain])))


def _books_heard() -> Iterator[Fault]:
    for prefix, witness in _books.items():
        names = AuditEntry.objects.filter(chain__startswith=prefix).order_by("chain").values_list("chain", flat=True).distinct()
        yield from witness(dict(_chains(iter(list(names)))))


def verify() -> list[Fault]:
    """Everything that is gone without retention having destroyed it, and books that are not what the record says."""
    faults = list(_books_heard())
    if faults:  # the city hall goes on meanwhile: look again at what the record says now
        faults = list(_books_heard())
    for chains in _batches():
        suspects = {fault.chain.removeprefix("case:") for fault in _hear(chains)}
        if suspects:  # the city hall goes on meanwhile: look again at what the record says now
            faults += _hear(dict(_chains(f"case:{case}" for case in sorted(suspects))))
    return faults


def _hear(chains: Chains) -> list[Fault]:
    return [fault for witness in (_keys_there, *_witnesses.values()) for fault in witness(chains)]


def _batches() -> Iterator[dict[str, list[Act]]]:
    rows = AuditEntry.objects.filter(chain__startswith="case:").order_by("chain", "seq")
    found = ((chain, [_act(row) for row in group]) for chain, group in itertools.groupby(
        rows.values_list("chain", "seq", "at", "action", "facts", "digest", "actor").iterator(chunk_size=2000), key=lambda row: row[0])
        if CASE.fullmatch(chain))
    while batch := {chain.removeprefix("case:"): acts for chain, acts in itertools.islice(found, BATCH)}:
        yield batch


def _chains(names: Iterator[str]) -> Iterator[tuple[str, list[Act]]]:
    for name in names:
        rows = AuditEntry.objects.filter(chain=name).order_by("seq")
        yield name.removeprefix("case:"), [_act(r) for r in rows.values_list("chain", "seq", "at", "action", "facts", "digest", "actor")]


def _act(row: tuple[Any, ...]) -> Act:
    return Act(row[1], row[2], row[3], row[4], bool(row[5]), row[6], row[5])


def count(acts: list[Act], *actions: str) -> int:
    """How often these happened."""
    return sum(act.action in actions for act in acts)


def destroyed(acts: list[Act]) -> bool:
    """Does the record say that retention destroyed the case?"""
    return any(act.action == DESTROYED for act in acts)


def living(chains: Chains, *actions: str) -> dict[str, list[Act]]:
    """The chains with one of these acts that nobody destroyed by rule."""
    return {case: acts for case, acts in chains.items() if count(acts, *actions) and not destroyed(acts)}


def missing(chains: Chains, actions: tuple[str, ...], rows: Any, by: str, ja: str) -> Iterator[Fault]:
    """Faults where there are fewer rows than acts that made one. ``by`` is the column with the case's id."""
    alive = living(chains, *actions)
    found = {str(case): n for case, n in rows.filter(**{f"{by}__in": list(alive)}).values_list(by).annotate(n=Count("pk"))} if alive else {}
    for case, acts in alive.items():
        wanted, there = count(acts, *actions), found.get(case, 0)
        if there < wanted:
            yield Fault(f"case:{case}", acts[-1].seq, f"{ja}が消されています(記録では{wanted}件、今は{there}件)")


def tokens_missing(answers: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults where answers (by case) name a sealed value that is not there."""
    wanted = {token: case for case, value in answers.items() for token in sealed.tokens_in(value)}
    there = set(SealedValue.objects.filter(token__in=list(wanted)).values_list("token", flat=True)) if wanted else set()
    for case in sorted({wanted[token] for token in set(wanted) - there}):
        yield Fault(f"case:{case}", 1, "封をした番号が消されています")


@dataclass(frozen=True, slots=True)
class Marks:
    """The keys of a batch of cases, for comparing what stands with what an act digested."""

    keys: dict[str, bytes | None]

    def same(self, case: str, act: Act, of: Any) -> bool:
        """Is this what the act digested? True too where there is nothing to compare with: a key that is gone is a fault of its own."""
        key = self.keys.get(f"case:{case}")
        return key is None or not act.keyed or keyed_digest(key, canonical(of)) == act.keyed


def marks_of(cases: Iterable[str]) -> Marks:
    """The keys of these cases, in one query."""
    return Marks(chain_keys(f"case:{case}" for case in cases))


def _keys_there(chains: Chains) -> Iterator[Fault]:
    wanted = {f"case:{case}": acts for case, acts in chains.items() if not destroyed(acts) and any(act.digest for act in acts)}
    there = chain_keys(wanted)
    for chain in sorted(set(wanted) - set(there)):
        yield Fault(chain, wanted[chain][-1].seq, "要約値の鍵が消されています")
    for chain in sorted(chain for chain, key in there.items() if key is None):
        yield Fault(chain, wanted[chain][-1].seq, "要約値の鍵が開きません(鍵束が、この記録のものか確かめてください)。中身は比べていません")
