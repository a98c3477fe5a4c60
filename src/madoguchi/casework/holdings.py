"""The people of a case beside what the city holds about them (市の保有情報との照合)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.identity.public import Staff
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.conditions import holds
from madoguchi.procedures.rules.named import Person, people_named
from madoguchi.procedures.rules.validate import steps_asked
from madoguchi.register import public as register

from .models import Case
from .selectors import consent_refused, definition_of, facts_of
from .states import OPEN


def _claim(person: Person) -> register.Claim:
    name, kana = person.answers["氏名"], person.answers.get("カナ") or {}
    place: dict[str, Any] = person.answers.get("住所") or {}
    return register.Claim(
        role=person.role, label=person.label, sei=name.get("sei", ""), mei=name.get("mei", ""), kana_sei=kana.get("sei", ""),
        kana_mei=kana.get("mei", ""), born=person.answers.get("生年月日", ""),
        place=register.Place(**{part: place.get(part, "") for part in ("zip", "city", "town", "lot", "building")}),
    )


def _speaking(d: procedures.Definition, known: Mapping[str, Any]) -> set[str]:
    """The places in the form of those who speak for a company that applies."""
    roles = {role.id for role in d.roles if role.company is not None and holds(role.company, known)}
    return {q.id for q in d.questions() if q.role in roles}


def holdings(*, actor: Staff, case: Case) -> register.Comparison | None:
    """The comparison for those who work on an open case (the auditor and finished cases need none), unless the applicant refused it.
    Who only speaks for a company is not looked up: the address is the company's, and their household is nobody's business here (個人情報の保護
    に関する法律61条1項). Every call is a read that is recorded."""
    if case.state not in OPEN or case.section not in actor.sections() or consent_refused(case):
        return None
    d = definition_of(case)
    known = procedures.derive(d, facts_of(case))
    named, speaks = list(people_named(d, case.answers, tuple(steps_asked(d, known)))), _speaking(d, known)
    claims = [_claim(person) for person in named if person.role not in speaks]
    if named and not claims:
        return None
    return register.people_compare(actor=actor, section=case.section, case_ref=case.ref, claims=claims)
