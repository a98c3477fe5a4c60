"""Door: what the wiring connects."""

from .handlers import case_opened
from .keeping import surveys_forget, surveys_hold, witness
from .rules import SLUG
from .selectors import case_links, suggestion

__all__ = ["SLUG", "case_links", "case_opened", "suggestion", "surveys_forget", "surveys_hold", "witness"]
