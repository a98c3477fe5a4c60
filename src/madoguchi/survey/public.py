"""Door: what the wiring connects."""

from .handlers import case_corrected, case_ended, case_opened
from .keeping import surveys_forget, surveys_hold, witness
from .rules import SLUG
from .selectors import case_links, decision_faults, suggestion, way_notes
from .services import second_asked
from .words import day_words, officer

__all__ = [
    "SLUG", "case_corrected", "case_ended", "case_links", "case_opened", "day_words", "decision_faults", "officer", "second_asked", "suggestion",
    "surveys_forget", "surveys_hold", "way_notes", "witness",
]
