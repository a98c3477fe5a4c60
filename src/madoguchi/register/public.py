"""Door: what the city holds about residents, always beside a claim."""

from .rules.compare import Result, Row, Sheet
from .rules.held import Claim, HeldPerson, Place
from .rules.text import name_key
from .services import Comparison, own_number, people_compare, resident_found


def trial_town(*, actor: str) -> None:
    """Fill an empty register with an invented town, once. No page needs it: it is loaded when asked for."""
    from .trial import trial_town as fill

    fill(actor=actor)


__all__ = ["Claim", "Comparison", "HeldPerson", "Place", "Result", "Row", "Sheet", "name_key", "own_number", "people_compare",
           "resident_found", "trial_town"]
