"""The one way to the register's people: every look is written into the section's chain, whatever came out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import transaction

from madoguchi.kernel import audit

from .ports import Asker, Claim, HeldPerson, ResidentSource, Waiting
from .rules.compare import Sheet, sheet
from .rules.match import Meant, Status, comparable, meant, proven

SEES_GUARDED = "see_guarded"  # the right (of 支援措置担当) to see people under 支援措置


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everybody of one application beside the register. ``as_of`` None: the city has told the register nothing yet."""

    as_of: dt.date | None
    sheets: tuple[Sheet, ...] = ()
    left_out: tuple[str, ...] = ()  # named without birth date and address, so that nobody can be looked for

    @property
    def looks(self) -> int:
        """How many lines a person must look at."""
        return sum(s.looks for s in self.sheets)

    @property
    def some_unmatched(self) -> bool:
        """Is there somebody who could not be matched?"""
        return any(s.status is Status.NOBODY for s in self.sheets)

    @property
    def some_guarded(self) -> bool:
        """Does the page show somebody guarded (to those who may see it)?"""
        return any(s.guarded for s in self.sheets)

    @property
    def waiting(self) -> bool:
        """Is an answer missing?"""
        return any(s.status is Status.WAITING for s in self.sheets)


def source() -> ResidentSource:
    """The source that the settings name (``REGISTER_SOURCE``)."""
    module, _, name = settings.REGISTER_SOURCE.rpartition(".")
    return cast(ResidentSource, getattr(import_module(module), name)())


@transaction.atomic
def people_compare(*, actor: Asker, section: str, case_ref: str, claims: Sequence[Claim]) -> Comparison:
    """Compare the people whom a case names with the register. The caller has authorised the actor for the case.

    One entry a person in the chain of the section's reads: who, for which case, in which role the person stands there, what
    came out; the 宛名番号 enters as a digest. Guarded people do not exist for those without the role: nothing of what they
    see, not even the entry, is other than if the register did not know them.
    """
    asked = [c for c in claims if comparable(c)]
    left_out = tuple(c.label for c in claims if c.sei and not comparable(c))
    there = source()
    as_of = there.as_of()
    if as_of is None or not asked:
        return Comparison(as_of, (), left_out)
    sees = actor.may(SEES_GUARDED, section)
    answer = there.candidates(asked, guarded=sees)
    sheets = []
    for claim in asked:
        found = Meant(Status.WAITING) if isinstance(answer, Waiting) else meant(claim, answer)
        sheets.append(sheet(claim, found))
        facts = {"case": case_ref, "role": claim.role, "result": found.status.value}
        audit.record(actor.actor, "register.read", chain=f"reads:{section}", facts=facts | ({"sight": "protection"} if sees else {}),
                     of=found.person.number if found.person else None)
    return Comparison(as_of, tuple(sheets), left_out)


@transaction.atomic
def resident_found(*, actor: Asker, section: str, what: str, why: str, claim: Claim) -> HeldPerson | None:
    """The one resident who stands at the counter, so that nobody types what the city holds. The caller has authorised the actor.

    Guarded people are in no answer here, whoever asks: nothing of theirs is put on a screen that somebody beside the counter reads.
    Nobody, several, gone, guarded and no answer are one None. Every look is one entry in the chain of the section's reads.
    """
    answer = source().candidates([claim], guarded=False)
    found = Meant(Status.WAITING) if isinstance(answer, Waiting) else meant(claim, answer)
    person = found.person if found.person and not found.person.gone else None
    audit.record(actor.actor, "register.read", chain=f"reads:{section}",
                 facts={"case": what, "role": "counter", "why": why, "result": found.status.value}, of=person.number if person else None)
    return person


@transaction.atomic
def own_number(*, actor: str, section: str, what: str, claim: Claim, gender: str) -> str:
    """The 宛名番号 of somebody whose card has proved these four attributes; empty unless exactly one resident has all of them.

    Guarded people are not in the answer, as for every other asker: whoever holds such a card sees what a stranger sees. Every look is
    one entry in the chain of the section's reads, with the number as a digest. ``what`` is looked at.
    """
    answer = source().candidates([claim], guarded=False)
    person = None if isinstance(answer, Waiting) else proven(claim, gender, answer)
    result = Status.WAITING if isinstance(answer, Waiting) else Status.FOUND if person else Status.NOBODY
    audit.record(actor, "register.own_read", chain=f"reads:{section}", facts={"what": what, "role": "self", "result": result.value},
                 of=person.number if person else None)
    return person.number if person else ""
