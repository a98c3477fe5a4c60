"""What survey does when it hears from casework. May run again after a crash and then changes nothing."""

from __future__ import annotations

from madoguchi.kernel import outbox

from .rules import SLUG
from .services import survey_first_open


def case_opened(message: outbox.Envelope) -> None:
    """Handler of CaseOpened: a case that asks for a grade gets its survey."""
    if message.payload["slug"] == SLUG:
        survey_first_open(actor="worker", case_id=message.payload["case"])
