"""The table of strangers, continued (see rights.py): companies that signed in with GビズID, and the organisations of sections."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support import papers

from madoguchi.agency import organisation_import, organisations
from madoguchi.agency.errors import MandateOver, OrganisationOver
from madoguchi.agency.organisation_rules import Entry
from madoguchi.identity import owners
from madoguchi.intake import companies
from madoguchi.intake.models import Draft

from .rights import CARE, RESIDENTS, STAFF, Ask, anything, something

CHIEF = "ito"  # of the section that registered the organisation
KEEPERS = {CHIEF, "admin"}
ANYWHERE = KEEPERS | {"kimura", "suzuki"}  # keep organisations of some section
CAST = (*RESIDENTS, "kyotaku", "houkatsu")  # the company of the organisation, and another one
OURS = {"kyotaku"}
UNTIL = dt.date(2027, 1, 20)


def _staff(go: Any, may: set[str], told: Any = anything) -> Ask:
    return Ask(go, may, told, (*STAFF, CHIEF))


def _company(go: Any, told: Any = anything, may: set[str] = OURS) -> Ask:
    return Ask(go, may, told, CAST)


def _entry(w: Any) -> Entry:
    return Entry("kaigo", "kyotaku", "見本", w.hall.company_number("kyotaku"), "1770000008", papers.PLACE, "0767-53-0001", "", (CARE,), UNTIL, None)


def _draft(w: Any) -> Draft:
    return Draft.objects.filter(id=w.company_draft).first() or Draft(slug=CARE, organisation=w.company_draft)


def _over(w: Any, go: Any) -> Any:
    return w.missing(OrganisationOver, lambda: w.missing(MandateOver, go))


TABLE: dict[str, Ask] = {
    "identity.owners.business_of": _company(lambda w, o: owners.business_of(o), lambda v, w: "試用ケア" in w.words(v)),
    "agency.organisations.sections_of": _staff(lambda w, a: organisations.sections_of(a), ANYWHERE, something),
    "agency.organisations.desk_check": _staff(lambda w, a: organisations.desk_check(a), ANYWHERE),
    "agency.organisations.organisation_list": _staff(
        lambda w, a: [r for r in organisations.organisation_list(actor=a) if str(r.id) == w.organisation], KEEPERS, something),
    "agency.organisations.organisation_get": _staff(lambda w, a: organisations.organisation_get(actor=a, organisation_id=w.organisation), KEEPERS),
    "agency.organisations.organisation_write": _staff(lambda w, a: organisations.organisation_write(actor=a, entry=_entry(w)), KEEPERS),
    "agency.organisations.organisation_end": _staff(
        lambda w, a: organisations.organisation_end(actor=a, organisation_id=w.organisation, why="廃止の届出"), KEEPERS),
    "agency.organisation_import.file_check": _staff(lambda w, a: organisation_import.file_check(actor=a, section="kaigo", raw=b""), KEEPERS),
    "agency.organisation_import.organisations_import": _staff(
        lambda w, a: organisation_import.organisations_import(actor=a, section="kaigo", raw=b""), KEEPERS),
    "agency.organisations.organisations_of": _company(
        lambda w, o: [r for r in organisations.organisations_of(owner=o) if str(r.id) == w.organisation], something),
    "agency.organisations.organisations_for": _company(
        lambda w, o: [r for r in organisations.organisations_for(owner=o, slug=CARE) if str(r.id) == w.organisation], something),
    "agency.organisations.organisation_to_file": _company(
        lambda w, o: _over(w, lambda: organisations.organisation_to_file(owner=o, organisation_id=w.organisation, slug=CARE))),
    "agency.organisations.organisation_mandates": _company(lambda w, o: organisations.organisation_mandates(owner=o), something),
    "agency.organisations.mandates_to_file": _company(
        lambda w, o: organisations.mandates_to_file(owner=o, organisation=w.organisation_row, slug=CARE), something),
    "agency.organisations.organisation_mandate_answer": _company(
        lambda w, o: organisations.organisation_mandate_answer(owner=o, mandate_id=w.asked, accept=True)),
    "intake.companies.choices": _company(lambda w, o: companies.choices(o, CARE), something),
    "intake.companies.draft_choose": _company(
        lambda w, o: companies.draft_choose(owner=o, draft_id=w.company_draft, value=w.organisation)),
    "intake.companies.organisation_of": _company(lambda w, o: _over(w, lambda: companies.organisation_of(o, _draft(w))), something),
    "intake.companies.acting_words": _company(lambda w, o: _over(w, lambda: companies.acting_words(o, _draft(w), None)), something),
}

# Ways that take the person who asks and open nothing of anybody else's, with the reason.
OWN = {
    "agency.organisations.organisation_mandate_offer": "makes a new mandate of the one who asks",
    "intake.companies.insist": "refuses, or says nothing",
    "intake.companies.insist_role": "refuses, or says nothing; the draft is asked for by its owner (draft_get)",
    "intake.companies.narrowed": "is handed the registration that organisation_of gave out; takes options off a page",
    "intake.companies.card_values": "is handed the registration that organisation_of gave out; adds what the sign-in of the one who asks says",
    "intake.companies.faults": "is handed the registration; looks at answers",
    "intake.companies.acting_faults": "as faults",
    "intake.companies.record": "is handed the registration; adds the name of the one who asks",
    "intake.signing.refuse_if_unsignable": "looks at whether a company asks",
    "intake.signing.words": "looks at whether a company asks",
}
