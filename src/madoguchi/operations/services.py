"""Writers: what the administrator does about a message that waits for a person."""

from __future__ import annotations

from madoguchi.delivery.public import stuck_retry, stuck_skip
from madoguchi.identity.public import Staff

from .selectors import insist


def message_retry(*, actor: Staff, message_id: int) -> None:
    """Try it again from the start. Raises Forbidden, NotFound."""
    insist(actor)
    stuck_retry(actor=actor, message_id=message_id)


def message_skip(*, actor: Staff, message_id: int, reason: str) -> None:
    """Give it up: what follows it in its case goes on. Raises Forbidden, NotFound, and a Conflict for what somebody is owed."""
    insist(actor)
    stuck_skip(actor=actor, message_id=message_id, reason=reason)
