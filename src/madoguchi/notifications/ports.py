"""The port to a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: same ``message_id`` on every attempt, so that a mailbox shows it once."""

    message_id: str
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Taken, or taken before."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never."""

    why: str


class Mailer(Protocol):
    """Sends one letter."""

    def send(self, letter: Letter) -> Accepted | Retry | Refused:
        """Hand the letter over."""
        ...
