"""The people of a case beside what the city holds about them (市の保有情報との照合)."""

from __future__ import annotations

from typing import Any

from madoguchi.identity.public import Staff
from madoguchi.procedures import public as procedures
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


def holdings(*, actor: Staff, case: Case) -> register.Comparison | None:
    """The comparison for those who work on an open case (the auditor and finished cases need none), unless the applicant refused it.
    Every call is a read that is recorded."""
    if case.state not in OPEN or case.section not in actor.sections() or consent_refused(case):
        return None
    d = definition_of(case)
    steps = tuple(steps_asked(d, procedures.derive(d, facts_of(case))))
    claims = [_claim(person) for person in people_named(d, case.answers, steps)]
    return register.people_compare(actor=actor, section=case.section, case_ref=case.ref, claims=claims)
