"""The port to the city's seal on electronic papers: an electronic signature of the organisation on a PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature found on a PDF. ``whole``: nothing was added after it; ``ours``: by the city's certificate, or by one
    that hangs on an authority the city trusts."""

    signer: str
    at: dt.datetime | None
    whole: bool
    intact: bool
    ours: bool


class Sealer(Protocol):
    """Signs and reads papers."""

    def seal(self, pdf: bytes, *, name: str) -> bytes:
        """The paper with the city's signature (PAdES). Raises SealUnusable when the certificate cannot be used."""
        ...

    def until(self) -> dt.datetime | None:
        """The last moment for which it can seal; None for a seal of a trial, which has no effect anyway. Raises SealUnusable."""
        ...

    def read(self, pdf: bytes) -> list[Seal]:
        """The signatures on a paper, oldest first; empty when there is none. Raises PaperUnreadable for what is no PDF."""
        ...
