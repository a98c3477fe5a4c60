"""Door: what the city holds about residents, always beside a claim."""

from .importer import Taken, register_import
from .rules.compare import Result, Row, Sheet
from .rules.held import Claim, Place
from .services import Comparison, people_compare
from .trial import trial_town

__all__ = ["Claim", "Comparison", "Place", "Result", "Row", "Sheet", "Taken", "people_compare", "register_import", "trial_town"]
