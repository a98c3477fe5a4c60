"""Door: mandates for intake."""

from madoguchi.kernel.sealing import Column

from .errors import MandateOver
from .models import Mandate
from .rules import FILE, MESSAGES, SEE, agents, represented, same_name
from .selectors import Shown, allows, mandate_to_file, opened, principal_of, principal_prefill, usable, works
from .services import mandates_sweep

SEALED = (Column(Mandate, "sealed", "mandate", "id", "委任した方と代理の方の氏名・住所など"),)


def works_for(mandate_id: str, act: str) -> bool:
    """Does the mandate live and allow the act? For a handler that tells the agent something (no person asks)."""
    row = Mandate.objects.filter(id=mandate_id).first()
    return row is not None and works(row) and act in row.acts


__all__ = [
    "FILE", "MESSAGES", "SEALED", "SEE", "Mandate", "MandateOver", "Shown", "agents", "allows", "mandate_to_file", "mandates_sweep",
    "opened", "principal_of", "principal_prefill", "represented", "same_name", "usable", "works_for",
]
