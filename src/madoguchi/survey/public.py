"""Door: what the wiring connects."""

from .handlers import case_opened
from .keeping import surveys_forget, surveys_hold, witness
from .rules import SLUG
from .selectors import case_links, decision_faults, suggestion
from .words import day_words, officer

__all__ = [
    "SLUG", "case_links", "case_opened", "day_words", "decision_faults", "officer", "suggestion", "surveys_forget", "surveys_hold", "witness",
]
