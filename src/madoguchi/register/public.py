"""Door: what the city holds about residents, always beside a claim."""

from .rules.compare import Result, Row, Sheet
from .rules.held import Claim, Place
from .services import Comparison, people_compare


def trial_town(*, actor: str) -> int:
    """Fill an empty register with an invented town, once; how many people came. No page needs it: it is loaded when asked for."""
    from .trial import trial_town as filled

    taken = filled(actor=actor)
    return taken.added if taken else 0


__all__ = ["Claim", "Comparison", "Place", "Result", "Row", "Sheet", "people_compare", "trial_town"]
