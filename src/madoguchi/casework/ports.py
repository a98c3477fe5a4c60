"""Ports of casework: where filings come from, and who helps with a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class FilingSource(Protocol):
    """Gives a filing by application id, as an encrypted bundle that crosses networks (adapters.filing)."""

    def fetch(self, application_id: str) -> bytes:
        """The sealed bundle. Raises kernel.errors.NotFound."""
        ...


DecisionHelp = Callable[[str], dict[str, Any]]
helpers: dict[str, DecisionHelp] = {}  # procedure → suggestions for 決定項目 by case id; filled by config.wiring

DecisionCheck = Callable[[str, Mapping[str, Any]], list[tuple[str, str]]]
checks: dict[str, DecisionCheck] = {}  # procedure → (決定項目, what is wrong) by case id and the decision's answers; filled likewise

CaseLinks = Callable[[str], list[tuple[str, str, str]]]
case_links: dict[str, CaseLinks] = {}  # procedure → (address, icon, words) by case id, for the case page; filled likewise

CaseNotes = Callable[[Any], list[str]]
case_notes: dict[str, CaseNotes] = {}  # procedure → what the room of the procedure has to say to the clerk, by case; filled likewise

every_note: dict[str, CaseNotes] = {}  # room → what it has to say of any case, also a decided one; filled likewise

NumberViews = Callable[[str], list[dict[str, Any]]]
number_views: dict[str, NumberViews] = {}  # room → who saw a 個人番号 before there was a case (by, at, label, why) by case id; filled likewise


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a room above keeps of a case. ``holds``: why the case may not be destroyed yet, empty when it may. ``forget``:
    destroy it in the caller's transaction and say how much there was."""

    holds: Callable[[str], str]
    forget: Callable[[str], dict[str, int]]


keepers: dict[str, Keeper] = {}  # room → what it keeps of a case by case id; filled likewise
