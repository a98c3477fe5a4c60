"""Door: mandates for intake."""

from madoguchi.kernel.sealing import Column

from .errors import MandateOver, OrganisationOver
from .models import Mandate, Organisation
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
from .selectors import Shown, allows, mandate_to_file, opened, principal_of, principal_prefill, shown, usable, works
from .services import mandates_sweep

SEALED = (Column(Mandate, "sealed", "mandate", "id", "委任した方と代理の方の氏名・住所など"),)


def works_for(mandate_id: str, act: str) -> bool:
    """Does the mandate live and allow the act? For a handler that tells the agent something (no person asks)."""
    row = Mandate.objects.filter(id=mandate_id).first()
    return row is not None and works(row) and act in row.acts


__all__ = [
    "FILE", "KINDS", "LAPSED", "MESSAGES", "SEALED", "SEE", "Mandate", "MandateOver", "Organisation", "OrganisationOver", "Shown", "agents",
    "allows", "companies", "companies_needed", "mandate_to_file", "mandates_sweep", "mandates_to_file", "offices", "opened", "organisation_mandates",
    "organisation_prefill", "organisation_to_file", "organisation_works", "organisations_for", "organisations_of", "own_name", "principal_of",
    "principal_prefill", "registration_words", "represented", "same_name", "settled", "shown", "trial_organisations",
    "trial_organisations_open", "usable", "works_for",
]
