"""Whom of the register a claim means. Nothing is chosen where more than one person may be meant."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .held import Claim, HeldPerson
from .text import building_key, city_key, kana_key, name_key, place_key


class Status(enum.StrEnum):
    """What came out for one person of an application."""

    FOUND = "found"
    NOBODY = "nobody"
    SEVERAL = "several"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Meant:
    """The person, when exactly one is meant; ``count`` says how many may be."""

    status: Status
    person: HeldPerson | None = None
    count: int = 0


def born_forms(born: str) -> tuple[str, ...]:
    """How a birth date may stand in a register that does not know the day, or neither day nor month."""
    return (born, f"{born[:7]}-00", f"{born[:4]}-00-00") if born else ()


def comparable(claim: Claim) -> bool:
    """A name alone means nobody: a birth date or an address must be there too."""
    return bool(claim.sei and (claim.born or claim.place))


@dataclass(frozen=True, slots=True)
class _Keys:
    names: frozenset[str]
    given: tuple[str, ...]
    family: tuple[str, ...]
    kana: str
    place: str
    city: str


def _claimed(claim: Claim) -> _Keys:
    return _Keys(frozenset(filter(None, (name_key(claim.name),))), tuple(filter(None, (name_key(claim.mei), kana_key(claim.kana_mei)))),
                 tuple(filter(None, (name_key(claim.sei), kana_key(claim.kana_sei)))), kana_key(claim.kana),
                 place_key(claim.place.city, claim.place.town, claim.place.lot), city_key(claim.place.city))


def _held(person: HeldPerson) -> _Keys:
    names = frozenset(filter(None, map(name_key, (person.name, person.alias, person.latin))))
    return _Keys(names, (), (), kana_key(person.kana), place_key(person.place.city, person.place.town, person.place.lot),
                 city_key(person.place.city))


def _part(parts: Iterable[str], held: _Keys, *, first: bool) -> bool:
    """Does the family or given name stand in the held name or reading?"""
    texts = (*held.names, held.kana)
    return any(text.startswith(part) if first else text.endswith(part) for part in parts for text in texts)


@dataclass(frozen=True, slots=True)
class _Agreement:
    """On what one held person agrees with the claim."""

    name: bool
    kana: bool
    born: bool
    place: bool
    given: bool
    family: bool


def _agreement(claim: Claim, mine: _Keys, person: HeldPerson) -> _Agreement:
    held = _held(person)
    return _Agreement(
        bool(mine.names & held.names), bool(mine.kana) and mine.kana == held.kana, person.born in born_forms(claim.born),
        bool(mine.place) and mine.place == held.place and mine.city in ("", held.city),
        _part(mine.given, held, first=False), _part(mine.family, held, first=True),
    )


# Two of three must agree: the name (or its reading), the birth date, the address. The surest pair comes first; with birth
# date and address a part of the name is enough, so that a name that changed or was mistyped is shown as a difference.
TIERS: tuple[Callable[[_Agreement], bool], ...] = (
    lambda a: a.born and a.name, lambda a: a.born and a.kana, lambda a: a.place and a.name, lambda a: a.place and a.kana,
    lambda a: a.born and a.place and a.given, lambda a: a.born and a.place and a.family,
)


def _at_home(claim: Claim, hits: Sequence[HeldPerson]) -> list[HeldPerson]:
    """Those of several who live where the claim says, in the very flat if that helps."""
    mine = _claimed(claim)
    near = [p for p in hits if mine.place and _held(p).place == mine.place]
    same_flat = [p for p in near if building_key(p.place.building) == building_key(claim.place.building)]
    return same_flat if len(same_flat) == 1 else near


def meant(claim: Claim, candidates: Iterable[HeldPerson]) -> Meant:
    """The person whom the claim means. Residents come before those who are gone; several stay several."""
    mine = _claimed(claim)
    people = {p.number: (p, _agreement(claim, mine, p)) for p in candidates}.values()
    for enough in TIERS:
        hits = [p for p, agreement in people if enough(agreement)]
        hits = [p for p in hits if not p.gone] or hits
        if len(hits) > 1 and len(_at_home(claim, hits)) == 1:
            hits = _at_home(claim, hits)
        if len(hits) == 1:
            return Meant(Status.FOUND, hits[0], 1)
        if hits:
            return Meant(Status.SEVERAL, count=len(hits))
    return Meant(Status.NOBODY)


def proven(claim: Claim, gender: str, candidates: Iterable[HeldPerson]) -> HeldPerson | None:
    """The one resident who is this card: name, birth date and address all agree, and the gender where both say one. Two of three are
    enough to show a clerk a difference; to open somebody's own things they are not. None for nobody and for several."""
    mine = _claimed(claim)
    hits = [p for p in {p.number: p for p in candidates}.values() if not p.gone and (a := _agreement(claim, mine, p)).name and a.place
            and p.born == claim.born and (not gender or not p.gender or gender == p.gender)]
    return hits[0] if len(hits) == 1 else None
