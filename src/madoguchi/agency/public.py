"""Door: mandates for intake."""

from madoguchi.kernel.sealing import Column

from .errors import MandateOver
from .guardian_selectors import guardian_news, may_confirm
from .guardian_selectors import works as guardian_works
from .guardians import guardians_sweep
from .models import Guardianship, Mandate
from .rules import FILE, MESSAGES, SEE, agents, represented, same_name
from .selectors import works
from .services import mandates_sweep
from .standing import GUARDIAN, Basis, Offer, bases, basis_allows, basis_to_file, kind_of

SEALED = (
    Column(Mandate, "sealed", "mandate", "id", "委任した方と代理の方の氏名・住所など"),
    Column(Guardianship, "sealed", "guardian", "id", "法定代理人とご本人の氏名・住所など"),
)


def works_for(mandate_id: str, act: str) -> bool:
    """Does it live and allow the act? For a handler that tells the agent something (no person asks)."""
    guardian = Guardianship.objects.filter(id=mandate_id).first()
    if guardian is not None:
        return guardian_works(guardian)
    row = Mandate.objects.filter(id=mandate_id).first()
    return row is not None and works(row) and act in row.acts


__all__ = [
    "FILE", "GUARDIAN", "MESSAGES", "SEALED", "SEE", "Basis", "MandateOver", "Offer", "agents", "bases", "basis_allows", "basis_to_file",
    "guardian_news", "guardians_sweep", "kind_of", "mandates_sweep", "may_confirm", "represented", "same_name", "works_for",
]
