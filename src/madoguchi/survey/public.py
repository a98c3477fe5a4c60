"""Door: what the wiring connects."""

from .handlers import case_corrected, case_ended, case_opened
from .households import case_notes
from .keeping import surveys_forget, surveys_hold, witness
from .rules import SLUG
from .selectors import case_links, decision_faults, suggestion
from .services import second_asked
from .words import day_words, officer

__all__ = [
    "SLUG", "case_corrected", "case_ended", "case_links", "case_notes", "case_opened", "day_words", "decision_faults", "officer",
    "second_asked", "suggestion", "surveys_forget", "surveys_hold", "witness",
]
