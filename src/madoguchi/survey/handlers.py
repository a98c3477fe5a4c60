"""What survey does when it hears from casework. May run again after a crash and then changes nothing."""

from __future__ import annotations

import datetime as dt

from madoguchi.kernel import outbox

from .ending import surveys_end
from .rules import SLUG
from .services import survey_first_open, survey_follow


def case_opened(message: outbox.Envelope) -> None:
    """Handler of CaseOpened: a case that asks for a grade gets its survey."""
    if message.payload["slug"] == SLUG:
        survey_first_open(actor="worker", case_id=message.payload["case"])


def case_corrected(message: outbox.Envelope) -> None:
    """Handler of CaseCorrected: the survey follows a changed answer to how it is to be made."""
    if message.payload["slug"] == SLUG and "survey_way" in message.payload["changed"]:
        survey_follow(actor="worker", case_id=message.payload["case"])


def case_ended(message: outbox.Envelope) -> None:
    """Handler of CaseWithdrawn and CaseStands: what was still to be surveyed is not any more."""
    at = message.payload.get("at")
    surveys_end(actor="worker", case_id=message.payload["case"], until=dt.datetime.fromisoformat(at) if at else None)
