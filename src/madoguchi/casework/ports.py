"""Ports of casework: where filings come from, and who helps with a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class FilingSource(Protocol):
    """Gives a filing by application id, as an encrypted bundle that crosses networks (adapters.filing)."""

    def fetch(self, application_id: str) -> bytes:
        """The sealed bundle. Raises kernel.errors.NotFound."""
        ...


DecisionHelp = Callable[[str], dict[str, Any]]
helpers: dict[str, DecisionHelp] = {}  # procedure → suggestions for 決定項目 by case id; filled by config.wiring

CaseLinks = Callable[[str], list[tuple[str, str, str]]]
case_links: dict[str, CaseLinks] = {}  # procedure → (address, icon, words) by case id, for the case page; filled likewise
