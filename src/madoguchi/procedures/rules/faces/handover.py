"""The CSV face: what a core system receives. Exact text, nothing silently replaced.

No formula-injection guard (a leading ``'`` before ``=``): core systems read columns, not spreadsheets, and a changed
character would be a changed name. Whoever opens such a file in a spreadsheet must import it as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..checks import Facts
from ..fields import Fault
from ..model import Definition, Handover
from ..validate import judge
from .words import Answers, value_of

GETA = "〓"
# The same JIS X 0208 character has two Unicode points, one in JIS mappings (macOS, iOS, older Java) and one in
# Microsoft's cp932. Writing the cp932 byte for either keeps the character; it is a spelling, not a replacement.
SAME_JIS = {"\u301c": "\uff5e", "\u2212": "\uff0d", "\u2016": "\u2225", "\u2014": "\u2015",
            "\u00a2": "\uffe0", "\u00a3": "\uffe1", "\u00ac": "\uffe2"}


class Unmapped(NamedTuple):
    """A character the target's encoding lacks: in which column, which one, its code point (``U+20BB7``)."""

    column: str
    character: str
    code_point: str


class AnswersRefused(Exception):
    """The answers do not satisfy the definition, so no file is made. ``faults`` are the validator's own."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("、".join(f.ja for f in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class CsvFace:
    """The bytes of one file and every character that could not be written in it."""

    data: bytes
    unmapped: tuple[Unmapped, ...] = ()


def rows(
    d: Definition, handover: Handover, answers: Answers, decision: Answers, row: Mapping[str, str]
) -> list[list[str]]:
    """The data rows without the header: one, or one per entry of ``単位`` (none when the group was not asked)."""
    items: list[Answers | None] = [None]
    if handover.per:
        entries = answers.get(handover.per)
        items = list(entries) if isinstance(entries, list) else []
    return [
        [source[1:] if source.startswith("=") else
         value_of(d, answers, decision, row, source, machine=True, item=item) for _, source in handover.columns]
        for item in items
    ]


def csv_bytes(
    d: Definition, handover: Handover, answers: Answers, decision: Answers, row: Mapping[str, str], *, facts: Facts, decided: bool = False
) -> CsvFace:
    """One file: RFC 4180 (CRLF, quotes where needed), header line, UTF-8 with BOM or cp932.

    ``facts`` give the day of filing and the closed days; its answers are not read. The answers are judged once more
    (without documents) and only what was asked is written; of what was ``decided`` each answer is looked at, the 検査 are not: whoever
    decided has seen what they found, and what they find today stops nothing. Raises AnswersRefused.
    """
    verdict = judge(d, Facts(answers, facts.today, facts.next_open), crossed=not decided)
    if verdict.faults:
        raise AnswersRefused(verdict.faults)
    names = [name for name, _ in handover.columns]
    table = [names, *rows(d, handover, verdict.answers, decision, row)]
    unmapped: list[Unmapped] = []
    if handover.encoding == "cp932":
        table = [[_to_cp932(text, name, unmapped) for name, text in zip(names, line, strict=True)] for line in table]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(table)
    return CsvFace(out.getvalue().encode(handover.encoding), tuple(dict.fromkeys(unmapped)))


def _to_cp932(text: str, column: str, unmapped: list[Unmapped]) -> str:
    out = []
    for character in text:
        spelled = SAME_JIS.get(character, character)
        if not in_cp932(spelled):
            unmapped.append(Unmapped(column, character, f"U+{ord(character):04X}"))
            spelled = GETA
        out.append(spelled)
    return "".join(out)


def in_cp932(character: str) -> bool:
    """True when the character survives cp932 and back. Private-use characters (外字) never do: what they mean differs
    from one city to the next."""
    if "\ue000" <= character <= "\uf8ff":
        return False
    try:
        return character.encode("cp932").decode("cp932") == character
    except UnicodeError:
        return False
