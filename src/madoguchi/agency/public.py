"""Door: mandates for intake."""

from madoguchi.kernel.sealing import Column

from .errors import MandateOver, OrganisationOver
from .going import LEAVING
from .guardian_rules import receives
from .guardian_selectors import guardian_news, may_confirm
from .guardian_selectors import works as guardian_works
from .guardians import guardians_sweep
from .models import Guardianship, Mandate, Organisation
from .organisation_rules import KINDS, companies, offices, settled
from .organisation_rules import prefill as organisation_prefill
from .organisation_rules import words as registration_words
from .organisation_trial import trial_organisations, trial_organisations_open
from .organisations import (
    companies_needed,
    mandates_to_file,
    organisation_mandates,
    organisation_to_file,
    organisations_for,
    organisations_of,
    own_name,
)
from .organisations import works as organisation_works
from .rules import FILE, LAPSED, MESSAGES, SEE, agents, represented, same_name
from .selectors import Shown, mandate_to_file, shown, works
from .services import mandates_sweep
from .standing import GUARDIAN, MANDATE, Basis, Offer, bases, basis_allows, basis_to_file, kind_of

SEALED = (
    Column(Mandate, "sealed", "mandate", "id", "委任した方と代理の方の氏名・住所など"),
    Column(Guardianship, "sealed", "guardian", "id", "法定代理人とご本人の氏名・住所など"),
)


def works_for(mandate_id: str, act: str = "") -> bool:
    """Does it live and allow the act (without one: live at all)? For a handler that tells the agent something (no person asks)."""
    guardian = Guardianship.objects.filter(id=mandate_id).first()
    if guardian is not None:
        return guardian_works(guardian)
    row = Mandate.objects.filter(id=mandate_id).first()
    return row is not None and works(row) and (not act or act in row.acts)


def organisation_stands(organisation_id: str) -> bool:
    """Does a registration give a right today? For what it has filed already (the room above has asked whose it is)."""
    row = Organisation.objects.filter(id=organisation_id).first()
    return row is not None and organisation_works(row)


__all__ = [
    "FILE", "GUARDIAN", "KINDS", "LAPSED", "LEAVING", "MANDATE", "MESSAGES", "SEALED", "SEE", "Basis", "MandateOver", "Offer",
    "Organisation", "OrganisationOver", "Shown", "agents", "bases", "basis_allows", "basis_to_file", "companies", "companies_needed",
    "guardian_news", "guardians_sweep", "kind_of", "mandate_to_file", "mandates_sweep", "mandates_to_file", "may_confirm", "offices",
    "organisation_mandates", "organisation_prefill", "organisation_stands", "organisation_to_file", "organisation_works",
    "organisations_for", "organisations_of", "own_name", "receives", "registration_words", "represented", "same_name", "settled", "shown",
    "trial_organisations", "trial_organisations_open", "works_for",
]
